import Testing

@testable import WeChatCallback

@Suite struct CallbackCipherTests {
    @Test(arguments: [
        (["AAAAA", "1714037059", "486452656"], "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ([Vectors.token, Vectors.timestamp, Vectors.nonce], Vectors.signature),
    ])
    func `a query's signature is WeChat's`(_ parts: [String], _ signature: String) {
        for order in [parts, parts.reversed()] {
            #expect(CallbackSignature.make(order) == signature)
            #expect(CallbackSignature.matches(signature, order))
        }
    }

    @Test(arguments: [
        nil, "", "825809f6", Vectors.signature.uppercased(), String(Vectors.signature.dropLast()) + "f",
        "9" + Vectors.signature.dropFirst(), Vectors.signature + "0",
    ])
    func `another signature does not match`(_ signature: String?) {
        #expect(!CallbackSignature.matches(signature, [Vectors.token, Vectors.timestamp, Vectors.nonce]))
    }

    @Test(arguments: Vectors.sealed)
    func `the vectors open, and are made byte for byte`(_ vector: Vectors.Sealed) {
        let opened = Vectors.cipher().open(vector.text)
        #expect(opened == CallbackCipher.Opened(message: Array(vector.message.utf8), key: 0), "\(vector.name)")
        #expect(Vectors.cipher().seal(Array(vector.message.utf8), chance: Vectors.chance) == vector.text)
        let parts = [Vectors.token, Vectors.timestamp, Vectors.nonce, vector.text]
        #expect(CallbackSignature.make(parts) == vector.signature)
    }

    @Test func `every length opens again, by either key of a rotation`() throws {
        let old = Vectors.cipher([Vectors.otherKey])
        let rotating = Vectors.cipher([Vectors.key, Vectors.otherKey])
        for length in 0...100 {
            let message = (0..<length).map { UInt8($0 & 0xFF) }
            let byOld = try #require(old.seal(message, chance: Vectors.chance))
            #expect(rotating.open(byOld) == CallbackCipher.Opened(message: message, key: 1))
            let byNew = try #require(rotating.seal(message, chance: Vectors.chance, key: 0))
            #expect(rotating.open(byNew) == CallbackCipher.Opened(message: message, key: 0))
            #expect(old.open(byNew) == nil)
        }
    }

    /// The bytes before encryption are made by hand here, so that one thing at a time is wrong with them.
    @Test(arguments: [
        ("right", 0), ("pad 0", 1), ("pad 33", 2), ("pad of unequal bytes", 3), ("length too large", 4),
        ("length cut", 5), ("another AppID", 6), ("no AppID", 7), ("nothing but padding", 8), ("a negative length", 9),
    ])
    func `a text that is wrong inside does not open`(_ name: String, _ fault: Int) throws {
        let key = try #require(CallbackKey(Vectors.key))
        let appID = fault == 6 ? "wx1234567890abcdeX" : fault == 7 ? "" : Vectors.appID
        var length: [UInt8] = [0, 0, 0, 7]
        if fault == 4 { length = [0, 0, 1, 0] }
        if fault == 5 { length = [0, 0, 0, 6] }
        if fault == 9 { length = [0xFF, 0xFF, 0xFF, 0xFF] }
        var plain = Vectors.chance + length + Array("success".utf8) + Array(appID.utf8)
        if fault == 8 { plain = [] }
        let pad = 32 - plain.count % 32
        var padding = [UInt8](repeating: UInt8(pad), count: pad)
        if fault == 1 { padding[pad - 1] = 0 }
        if fault == 2 { padding[pad - 1] = 33 }
        if fault == 3 { padding[0] ^= 1 }
        let text = Base64.encode(try #require(key.encrypt(plain + padding)))
        #expect((Vectors.cipher().open(text) != nil) == (fault == 0), "\(name)")
    }

    @Test func `a text that is cut, longer, changed or no Base64 does not open`() throws {
        let text = Vectors.eventText
        let others = [
            "", "=", "====", String(text.dropLast(4)), String(text.dropLast(1)), text + "AAAA", " " + text,
            "A" + text.dropFirst(),
            text.replacing("+", with: "-"), String(text.prefix(44)), String(text.dropFirst(64)),
        ]
        // A changed first block changes only the 16 bytes of chance: that is why the signature is checked first.
        for other in others where !other.hasPrefix("A3st") {
            #expect(Vectors.cipher().open(other) == nil, "\(other.prefix(8))")
        }
        #expect(Vectors.cipher([]).open(text) == nil)
        #expect(Vectors.cipher(appID: "wx0").open(text) == nil)
    }

    @Test(arguments: ["", "abc", Vectors.key + "=", String(Vectors.key.dropLast()), "!" + Vectors.key.dropFirst()])
    func `what is no EncodingAESKey is none`(_ text: String) {
        #expect(CallbackKey(text) == nil)
    }

    @Test func `nothing is sealed without a key, or with too little chance`() {
        #expect(Vectors.cipher([]).seal([1], chance: Vectors.chance) == nil)
        #expect(Vectors.cipher().seal([1], chance: [1, 2, 3]) == nil)
        #expect(Vectors.cipher().seal([1], chance: Vectors.chance, key: 1) == nil)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `Base64 is RFC 4648's`(_ plain: String, _ text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
    }
}
