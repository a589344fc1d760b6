import Synchronization

/// The id under which one request's work can be found again, in logs, replies and traces.
public final class TraceContext: Sendable {
    private let generator: Mutex<SplitMix64>

    /// - Parameter seed: chance.
    public init(seed: UInt64) {
        generator = Mutex(SplitMix64(seed: seed))
    }

    /// The trace id of a W3C `traceparent` (https://www.w3.org/TR/trace-context/), or a fresh one where there is none or it is
    /// malformed.
    public func id(traceparent: String?) -> String {
        if let traceparent, let id = TraceContext.traceID(of: traceparent) { return id }
        let (high, low) = generator.withLock { ($0.next() | 1, $0.next()) }
        return TraceContext.hex(high) + TraceContext.hex(low)
    }

    static func traceID(of traceparent: String) -> String? {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[0] != "ff", parts[1].utf8.count == 32,
            parts[2].utf8.count == 16, parts[1].utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }),
            parts[1].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
