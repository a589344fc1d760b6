package import Timekeeping

/// Why something was stopped, and since when: for people.
package struct Cause: Equatable, Sendable {
    /// The most bytes of a reason that an operator gives.
    static let longestReason = 200
    /// What is told where an operator gave no reason.
    package static let byOperator = "by an operator"

    /// Such as `errcode 48001`, or an operator's own words.
    var why: String
    var since: Timestamp

    package init(_ why: String, since: Timestamp) {
        self.why = why
        self.since = since
    }

    /// What WeChat said.
    init(errcode: Int, since: Timestamp) { self.init("\(Cause.errcodePrefix)\(errcode)", since: since) }

    /// WeChat's errcode, where it was WeChat who stopped it. It outlives the process in `why`.
    var errcode: Int? {
        why.hasPrefix(Cause.errcodePrefix) ? Int(why.dropFirst(Cause.errcodePrefix.count)) : nil
    }

    private static let errcodePrefix = "errcode "

    /// An operator's words in one short line, or the usual ones where there are none.
    package static func words(_ given: String?) -> String {
        var words = String.UnicodeScalarView()
        var bytes = 0
        for scalar in (given ?? "").unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let next: Unicode.Scalar = isControl ? " " : scalar
            bytes += UTF8.width(next)
            guard bytes <= longestReason else { break }
            words.append(next)
        }
        return words.allSatisfy { $0 == " " } ? byOperator : String(words)
    }
}
