import Timekeeping

/// Rates as files and operators write them: `100/s`, `6000/m`, `1000/h`, `50000/d`.
package enum RateText {
    package enum Problem: Error, Equatable {
        case syntax
        case zero
        /// More than `maximum` a second.
        case tooFast
    }

    /// Permits a second.
    package static let maximum = 1_000_000

    private static let units: [(name: String, seconds: Int)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]

    /// The burst is what one second of the rate is worth, at least 1.
    package static func parse(_ text: String) throws(Problem) -> RateLimit {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw .syntax
        }
        guard let unit = units.first(where: { $0.name == parts[1] }) else { throw .syntax }
        guard let permits = Int(parts[0]) else { throw .tooFast }
        if permits == 0 { throw .zero }
        // Rounded up, so that no rate above the maximum slips through.
        if (permits - 1) / unit.seconds + 1 > maximum { throw .tooFast }
        return RateLimit(permits: permits, per: .seconds(unit.seconds), burst: max(1, permits / unit.seconds))
    }

    package static func format(_ limit: RateLimit) -> String {
        let unit = units.first { limit.per == .seconds($0.seconds) }
        return "\(limit.permits)/\(unit?.name ?? "\(limit.per)")"
    }
}
