/// The ids of W3C Trace Context (https://www.w3.org/TR/trace-context/).
enum TraceContext {
    /// The trace id of a `traceparent`; `nil` where that is malformed.
    static func traceID(of traceparent: String) -> String? {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[0] != "ff", parts[1].utf8.count == 32,
            parts[2].utf8.count == 16, parts[1].utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }),
            parts[1].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    static func freshTraceID(using generator: inout some RandomNumberGenerator) -> String {
        hex(generator.next() | 1) + hex(generator.next())
    }

    static func freshSpanID(using generator: inout some RandomNumberGenerator) -> String {
        hex(generator.next() | 1)
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
