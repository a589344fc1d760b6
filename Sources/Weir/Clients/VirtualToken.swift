import Crypto
internal import Foundation

/// The access_token that Weir hands out in the place of WeChat's: `weir1.APP.CLIENT.MAC`.
///
/// The MAC is HMAC-SHA-256 under the client's key over what stands before it and the AppID, so that a token needs no store, survives
/// restarts and replicas, and dies with the key. URL-safe, at most 512 characters.
enum VirtualToken {
    static let prefix = "weir1."
    /// Stands for the client where none are configured; no client's name begins with a dash.
    static let anonymous = "-"

    static func make(app: String, appID: String, client: String, key: String) -> String {
        let head = "\(prefix)\(app).\(client.isEmpty ? anonymous : client)."
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data((head + appID).utf8),
            using: SymmetricKey(data: Data(key.utf8))
        )
        return head + base64URL(Array(mac))
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
