import WireJSON

/// What a token request needs. Never printed.
package struct TokenCredentials: Equatable, Sendable {
    package var appID: String
    package var secret: String
    package var origin: String

    package init(appID: String, secret: String, origin: String) {
        self.appID = appID
        self.secret = secret
        self.origin = origin
    }

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
