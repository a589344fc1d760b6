public import Timekeeping

extension Timestamp {
    /// The time in China as RFC 3339 has it: `2026-11-21T17:00:00+08:00`, with milliseconds where there are any.
    public var rfc3339InChina: String {
        let shifted = (self + .seconds(8 * 3600)).rfc3339.dropLast()
        return (shifted.hasSuffix(".000") ? shifted.dropLast(4) : shifted) + "+08:00"
    }
}
