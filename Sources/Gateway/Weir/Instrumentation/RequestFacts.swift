/// What a request's one log line and its span say about it. No key, token or openid goes in here.
public struct RequestFacts: Equatable, Sendable {
    public var client: String?
    public var app: String?
    /// The api's label, not the path as it was asked for.
    public var api: String?
    /// The id of the message that was accepted or asked for.
    public var message: String?
    /// How it went: an outcome, a refusal's number or an error's name.
    public var outcome: String?
    public var errcode: Int?
    public var rid: String?
    /// Whether the caller did not get what it asked for.
    public var isFailure = false

    public init() {}

    var pairs: [(key: String, value: String)] {
        [
            ("client", client), ("app", app), ("api", api), ("id", message), ("outcome", outcome),
            ("errcode", errcode.map(String.init)), ("rid", rid),
        ].compactMap { key, value in value.map { (key, $0) } }
    }
}
