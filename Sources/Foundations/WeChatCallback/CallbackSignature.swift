internal import Crypto
internal import Foundation

/// How WeChat signs what it sends to a callback address: SHA-1 over the parts in the order of their bytes, in lower-case hexadecimal.
///
/// Source: WeChat's page "Message encryption and decryption". The parts are the account's token, the timestamp and the nonce of
/// the query, and for an encrypted body its `Encrypt` member too. The token is the secret among them.
public enum CallbackSignature {
    /// The signature of these parts, 40 hexadecimal digits.
    public static func make(_ parts: [String]) -> String {
        let sorted = parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var hash = Insecure.SHA1()
        for part in sorted { hash.update(data: Data(part.utf8)) }
        return hash.finalize().map { byte in hexadecimal(byte >> 4) + hexadecimal(byte & 15) }.joined()
    }

    /// Whether `signature` is that of these parts. Takes the same time for every wrong signature of one length.
    public static func matches(_ signature: String?, _ parts: [String]) -> Bool {
        let expected = make(parts)
        return areEqual(Array((signature ?? "").utf8), Array(expected.utf8))
    }

    /// Compares without a branch on the bytes. Lengths are no secret.
    static func areEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }

    private static func hexadecimal(_ nibble: UInt8) -> String {
        String(UnicodeScalar(nibble < 10 ? 0x30 + nibble : 0x57 + nibble))
    }
}
