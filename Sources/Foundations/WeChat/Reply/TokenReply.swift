import WireJSON

/// The success answer of WeChat's token endpoints.
public struct TokenReply: Equatable, Sendable {
    /// The life in seconds that a token is believed to have whose answer says none that can be read. It is short: a fetch
    /// too many costs little, a token that has died costs every call.
    public static let shortLife = 300

    /// The real token: a secret.
    public var accessToken: String
    /// What is left of the token's life, in seconds; positive.
    public var expiresIn: Int

    /// Reads an answer; nil unless it holds a token. Without a positive lifetime the token has ``shortLife``.
    public init?(_ body: [UInt8]) {
        guard let object = try? JSONObjectView(body, rules: .lenient),
            let token = object.string("access_token"), !token.isEmpty
        else { return nil }
        accessToken = token
        expiresIn = object.value("expires_in").flatMap(Self.seconds) ?? Self.shortLife
    }

    /// Whole seconds, also of a fraction and of a number in a string.
    static func seconds(_ value: JSONValue) -> Int? {
        let number =
            value.lenientInteger.map(Double.init) ?? Double(value.string ?? String(decoding: value.text, as: UTF8.self))
        guard let number, let seconds = Int(exactly: number.rounded(.down)), seconds > 0 else { return nil }
        return seconds
    }
}
