/// The success answer of WeChat's token endpoints.
public struct TokenReply: Equatable, Sendable {
    /// The real token: a secret.
    public var accessToken: String
    /// What is left of the token's life, in seconds.
    public var expiresIn: Int

    /// Reads an answer; nil unless it holds a token and a positive lifetime.
    public init?(_ body: [UInt8]) {
        guard let object = try? JSONObjectView(body, rules: .lenient),
            let token = object.string("access_token"), !token.isEmpty,
            let seconds = object.value("expires_in")?.lenientInteger, seconds > 0, let expiresIn = Int(exactly: seconds)
        else { return nil }
        accessToken = token
        self.expiresIn = expiresIn
    }
}
