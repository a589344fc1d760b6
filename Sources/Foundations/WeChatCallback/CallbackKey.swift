internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The key that WeChat encrypts callbacks with: the console's EncodingAESKey.
///
/// It is AES-256 in CBC mode, and its first 16 bytes are the initial vector too. Of a rotation there are two: the present one and
/// the one before, by which WeChat may still encrypt for a while.
public struct CallbackKey: Equatable, Sendable {
    private let bytes: [UInt8]

    /// Reads an EncodingAESKey: 43 characters of Base64 without its padding, which stand for 32 bytes. `nil` for any other text.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64.decode(text + "="), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Characters of an EncodingAESKey.
    public static let characters = 43

    /// Whole blocks of 16 bytes, decrypted, padding and all; `nil` for anything but whole blocks.
    func decrypt(_ blocks: [UInt8]) -> [UInt8]? {
        guard let iv = try? AES._CBC.IV(ivBytes: bytes.prefix(16)) else { return nil }
        let plain = try? AES._CBC.decrypt(blocks, using: SymmetricKey(data: Data(bytes)), iv: iv, noPadding: true)
        return plain.map { Array($0) }
    }

    /// Whole blocks of 16 bytes, encrypted; `nil` for anything but whole blocks.
    func encrypt(_ blocks: [UInt8]) -> [UInt8]? {
        guard let iv = try? AES._CBC.IV(ivBytes: bytes.prefix(16)) else { return nil }
        let sealed = try? AES._CBC.encrypt(blocks, using: SymmetricKey(data: Data(bytes)), iv: iv, noPadding: true)
        return sealed.map { Array($0) }
    }
}
