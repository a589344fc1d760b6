import WireJSON

/// What a token request needs. Never printed.
struct TokenCredentials: Equatable, Sendable {
    var appID: String
    var secret: String
    var origin: String

    /// The body of `POST /cgi-bin/stable_token`.
    var requestBody: [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.member("grant_type", "client_credential")
            $0.member("appid", appID)
            $0.member("secret", secret)
        }
        return json.bytes
    }
}
