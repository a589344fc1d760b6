import Foundation
import Testing

/// Which seeds a run of the tests tries: a few fixed ones, or what the environment says.
///
/// `WEIR_SEED=17` repeats one run, `WEIR_SEEDS=20000` makes the runs 1 to 20,000, `WEIR_SEEDS=1001-2000` those from 1,001 to 2,000, and
/// `WEIR_SIMULATE_SECONDS=60` makes runs of fresh chance for a minute.
enum SimulationSeeds: Sendable, CustomTestStringConvertible {
    case range(Range<UInt64>)
    /// Fresh ones until this time.
    case fresh(until: ContinuousClock.Instant)

    static var chosen: [SimulationSeeds] {
        func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
        if let seed = number("WEIR_SEED"), seed < .max { return [.range(seed..<seed + 1)] }
        if let seconds = number("WEIR_SIMULATE_SECONDS") {
            let end = ContinuousClock.now + .seconds(Int64(clamping: seconds))
            return [SimulationSeeds](repeating: .fresh(until: end), count: ProcessInfo.processInfo.activeProcessorCount)
        }
        let asked = range(ProcessInfo.processInfo.environment["WEIR_SEEDS"] ?? "") ?? 1...24
        // In parts, which run side by side.
        let size = UInt64(asked.count) / 12 + 1
        return stride(from: asked.lowerBound, through: asked.upperBound, by: Int(size))
            .map { .range($0..<min($0 + size, asked.upperBound + 1)) }
    }

    /// `20000` or `1001-2000`.
    private static func range(_ text: String) -> ClosedRange<UInt64>? {
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        guard bounds.count <= 2, let last = bounds.last ?? nil, let first = bounds.count == 2 ? bounds[0] : 1 else {
            return nil
        }
        return first <= last && last < UInt64(Int32.max) ? first...last : nil
    }

    /// The next one after those that were tried.
    func seed(after tried: UInt64) -> UInt64? {
        switch self {
        case .range(let range): tried < range.count ? range.lowerBound + tried : nil
        case .fresh(let end): ContinuousClock.now < end ? .random(in: 0..<1 << 48) : nil
        }
    }

    var testDescription: String {
        switch self {
        case .range(let range): range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound - 1)"
        case .fresh: "fresh"
        }
    }
}
