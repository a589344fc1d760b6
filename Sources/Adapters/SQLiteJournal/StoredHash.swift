/// A 64-bit hash that is the same in every process, as indexes store it (FNV-1a: Fowler, Noll and Vo). Collisions cost a
/// comparison, never an answer: whoever looks up by it compares the texts too.
struct StoredHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xFF)  // in no UTF-8 text, so that ("a", "b") and ("ab", "") differ
    }

    private mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    /// Of the words of an idempotency key.
    static func idempotency(client: String, app: String, key: String) -> Int64 {
        var hash = StoredHash()
        hash.combine(client)
        hash.combine(app)
        hash.combine(key)
        return Int64(bitPattern: hash.value)
    }

    /// Of a recipient: 32 bits, as many of these are stored.
    static func recipient(_ openid: String) -> Int64 {
        var hash = StoredHash()
        hash.combine(openid)
        return Int64(UInt32(truncatingIfNeeded: hash.value ^ (hash.value >> 32)))
    }
}
