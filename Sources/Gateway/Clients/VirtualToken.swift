import Crypto
internal import Foundation

/// The access_token that Weir hands out in the place of WeChat's: `weir1.APP.CLIENT.MAC`.
///
/// The MAC is HMAC-SHA-256 under the client's key over what stands before it and the AppID, so that a token needs no store, survives
/// restarts and replicas, and dies with the key. URL-safe, at most 512 characters.
package enum VirtualToken {
    package static let prefix = "weir1."
    /// Stands for the client where none are configured; no client's name begins with a dash.
    static let anonymous = "-"
    /// Characters of a MAC.
    private static let macLength = 43

    static func make(app: String, appID: String, client: String, key: String) -> String {
        let head = "\(prefix)\(app).\(client.isEmpty ? anonymous : client)."
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data((head + appID).utf8),
            using: SymmetricKey(data: Data(key.utf8))
        )
        return head + base64URL(Array(mac))
    }

    /// The app and client that a token says it is for: the ways to read it, as names may have dots. Empty for what is no token.
    static func names(in token: String) -> [(app: String, client: String)] {
        guard token.utf8.count <= 512, token.hasPrefix(prefix) else { return [] }
        let parts = token.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false).dropLast()
        guard parts.count >= 2 else { return [] }
        return (1..<parts.count).map { count in
            let client = parts.dropFirst(count).joined(separator: ".")
            return (parts.prefix(count).joined(separator: "."), client == anonymous ? "" : client)
        }
    }

    /// Whether it is the token of that client for that app under this key. Takes as long for a wrong one as for the right one.
    static func isMade(_ token: String, app: String, appID: String, _ client: String, key: String) -> Bool {
        let right = make(app: app, appID: appID, client: client, key: key)
        guard right.utf8.count == token.utf8.count else { return false }
        return zip(right.utf8, token.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whether something of a token's form stands anywhere in a part of a URL, escaped once or twice or not at all.
    package static func occurs(in text: Substring) -> Bool {
        guard text.utf8.count > prefix.utf8.count + macLength else { return false }
        var bytes = Array(text.utf8)
        for _ in 0..<3 {
            if occurs(in: bytes) { return true }
            guard bytes.contains(UInt8(ascii: "%")) else { return false }
            bytes = unescape(bytes)
        }
        return false
    }

    private static func occurs(in bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let range = rest.firstRange(of: prefix.utf8) {
            rest = rest[range.upperBound...]
            let parts = rest.prefix(while: isTokenByte).split(
                separator: UInt8(ascii: "."),
                omittingEmptySubsequences: false
            )
            if parts.dropFirst(2).contains(where: { $0.count >= macLength }) { return true }
        }
        return false
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Broken escapes stay as they are.
    private static func unescape(_ bytes: [UInt8]) -> [UInt8] {
        var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
