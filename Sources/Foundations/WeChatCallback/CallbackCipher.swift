/// WeChat's framing of an encrypted message: 16 bytes of chance, the message's length in 4 bytes, the message, the AppID, and padding
/// of 1 to 32 bytes (PKCS#7 with a block of 32), all of it encrypted and in Base64.
///
/// Source: WeChat's page "Message encryption and decryption". Whoever opens a text checks its signature first: CBC alone doesn't say that a
/// text is WeChat's.
public struct CallbackCipher: Sendable {
    /// The account whose AppID stands behind each message.
    public let appID: String
    /// The present key first; the one before it is tried when the present one fails.
    public let keys: [CallbackKey]

    private static let chance = 16
    private static let header = chance + 4
    private static let block = 32

    /// Without keys nothing can be opened or sealed.
    public init(appID: String, keys: [CallbackKey]) {
        self.appID = appID
        self.keys = keys
    }

    /// A message that was encrypted, and the place of the key in `keys` that opened it.
    public struct Opened: Equatable, Sendable {
        /// What WeChat wrote.
        public var message: [UInt8]
        /// An answer is sealed with the same key.
        public var key: Int
    }

    /// Opens a text of `Encrypt`; `nil` where it is no Base64, cut, padded wrongly, of another account or of a key that isn't there.
    public func open(_ text: String) -> Opened? {
        guard let sealed = Base64.decode(text), !sealed.isEmpty, sealed.count % CallbackCipher.block == 0 else {
            return nil
        }
        for (place, key) in keys.enumerated() {
            guard let plain = key.decrypt(sealed), let message = message(in: plain) else { continue }
            return Opened(message: message, key: place)
        }
        return nil
    }

    /// Seals a message.
    ///
    /// - Parameters:
    ///   - chance: 16 bytes that nobody can foresee.
    ///   - key: The place of the key, as `open` told it.
    /// - Returns: The text of `Encrypt`; `nil` without such a key, with other than 16 bytes of chance, or for a message over 4 GiB.
    public func seal(_ message: [UInt8], chance: [UInt8], key: Int = 0) -> String? {
        guard keys.indices.contains(key), chance.count == CallbackCipher.chance,
            let length = UInt32(exactly: message.count)
        else { return nil }
        var plain = chance
        for shift in [24, 16, 8, 0] as [UInt32] { plain.append(UInt8(truncatingIfNeeded: length >> shift)) }
        plain += message
        plain += Array(appID.utf8)
        let pad = CallbackCipher.block - plain.count % CallbackCipher.block
        plain += [UInt8](repeating: UInt8(pad), count: pad)
        return keys[key].encrypt(plain).map(Base64.encode)
    }

    /// The message of a decrypted text, if all around it is as it must be.
    private func message(in plain: [UInt8]) -> [UInt8]? {
        guard let pad = padding(of: plain), plain.count - pad >= CallbackCipher.header else { return nil }
        let content = plain.dropLast(pad)
        let length = content[CallbackCipher.chance..<CallbackCipher.header].reduce(0) { $0 << 8 | Int($1) }
        guard length <= content.count - CallbackCipher.header else { return nil }
        let end = CallbackCipher.header + length
        guard CallbackSignature.areEqual(content[end...], Array(appID.utf8)) else { return nil }
        return Array(content[CallbackCipher.header..<end])
    }

    /// How many bytes of padding there are; `nil` where they are none. Looks at all of the last block whatever stands there.
    private func padding(of plain: [UInt8]) -> Int? {
        guard plain.count >= CallbackCipher.block, let last = plain.last else { return nil }
        var isWrong = last == 0 || last > UInt8(CallbackCipher.block)
        for (distance, byte) in plain.suffix(CallbackCipher.block).reversed().enumerated() {
            let isPadding = distance < Int(last)
            isWrong = isWrong || (isPadding && byte != last)
        }
        return isWrong ? nil : Int(last)
    }
}
