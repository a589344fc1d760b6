import Crypto
internal import Foundation

/// The headers that say who sent an event and when, and that prove it.
package struct EventSignature: Sendable {
    /// How far a sender's clock may be from Weir's, and so how long a signature is good for.
    package static let tolerance = Duration.seconds(300)
    private static let version = "v1="

    /// `X-Weir-Client`.
    package let client: String
    /// `X-Weir-Timestamp`, as it was sent: it is part of what is signed.
    package let timestamp: String
    /// `X-Weir-Signature`.
    private let signature: String

    /// `nil` where one of the three is missing.
    package init?(client: String?, timestamp: String?, signature: String?) {
        guard let client, let timestamp, let signature, !client.isEmpty, !timestamp.isEmpty, !signature.isEmpty else {
            return nil
        }
        (self.client, self.timestamp, self.signature) = (client, timestamp, signature)
    }

    /// The sender's time in seconds; `nil` where it is no such number.
    package var seconds: Int64? {
        guard timestamp.utf8.count <= 12, timestamp.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int64(timestamp)
    }

    /// What a replay is known by: as good as the whole, and two words long. `nil` where it has not the form of a signature.
    ///
    /// The digits are small letters alone: one event has one signature, and no other that is as good.
    package var mark: UInt128? {
        bytes?.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// As an idempotency key: what has been signed once is one event, also to a process that doesn't remember it.
    package var key: String { signature }

    private var bytes: [UInt8]? {
        let digits = signature.dropFirst(Self.version.count).utf8
        guard signature.hasPrefix(Self.version), digits.count == SHA256.byteCount * 2 else { return nil }
        var (bytes, high): ([UInt8], UInt8?) = ([], nil)
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            if let first = high.take() { bytes.append(first << 4 | value) } else { high = value }
        }
        return bytes
    }

    /// Whether one of the secrets made it. Takes as long for a wrong one as for the right one.
    package func isMade(over body: [UInt8], by secrets: [String]) -> Bool {
        guard let bytes else { return false }
        let signed = Array(timestamp.utf8) + [UInt8(ascii: ".")] + body
        // All are tried: how long it takes tells nothing of which it was.
        return secrets.reduce(false) { isMade, secret in
            let key = SymmetricKey(data: Data(secret.utf8))
            return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: signed, using: key) || isMade
        }
    }
}
