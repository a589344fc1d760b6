/// Weir asks WeChat what of an api's daily quota is used.
package struct QuotaQuestion: Equatable, Sendable {
    /// Where: `openapi/quota/get`.
    package static let path = "/cgi-bin/openapi/quota/get"

    package let app: AppSlot
    let gate: GateID
    let number: UInt64
    /// The path that is asked about.
    package let api: String
}

/// What came of it.
package enum QuotaAnswer: Equatable, Sendable {
    case told(limit: Int, used: Int)
    /// WeChat counts no such path.
    case unknownPath
    case none
}
