import Testing

@testable import WeChatCallback

@Suite struct CallbackAccountTests {
    private static let event = Vectors.sealed[0]
    private static let plain = Array(Vectors.event.utf8)
    private static let both = Array(
        Vectors.event.replacing("</xml>", with: "<Encrypt>\(event.text)</Encrypt></xml>").utf8
    )

    @Test func `a query is known by its signature alone`() {
        #expect(Vectors.account().verify(Vectors.query()))
        let changes: [(inout CallbackAccount.Query) -> Void] = [
            { $0.signature = nil }, { $0.signature = "" }, { $0.timestamp = "1700000001" }, { $0.nonce = "" },
            { $0.signature = Self.event.signature },
        ]
        for change in changes {
            var query = Vectors.query()
            change(&query)
            #expect(!Vectors.account().verify(query))
        }
        #expect(!CallbackAccount(token: "another", cipher: Vectors.cipher(), mode: .safe).verify(Vectors.query()))
    }

    @Test(arguments: [
        (CallbackAccount.Mode.plain, plain, nil as Int?), (.compatible, plain, nil), (.compatible, both, 0),
        (.compatible, Vectors.envelope(event.text), 0), (.safe, both, 0), (.safe, Vectors.envelope(event.text), 0),
        (.plain, both, nil),
    ])
    func `each mode reads what it is for`(_ mode: CallbackAccount.Mode, _ body: [UInt8], _ key: Int?) throws {
        let content = try Vectors.account(mode).open(Vectors.query(Self.event.signature), body)
        #expect(content.key == key)
        #expect(content.node["Event"]?.text == "TEMPLATESENDJOBFINISH")
    }

    @Test func `the old key still opens, and the answer is sealed with it`() throws {
        let account = Vectors.account(.safe, [Vectors.otherKey, Vectors.key])
        let query = Vectors.query(Self.event.signature)
        let key = try #require(try account.open(query, Vectors.envelope(Self.event.text)).key)
        #expect(key == 1)
        let answer = try #require(account.seal(Array("success".utf8), for: query, key: key, chance: Vectors.chance))
        let node = try CallbackNode(body: answer)
        #expect(node["Encrypt"]?.text == Vectors.sealed[3].text)
        #expect(node["MsgSignature"]?.text == Vectors.sealed[3].signature)
        #expect(node["TimeStamp"]?.text == Vectors.timestamp && node["Nonce"]?.text == Vectors.nonce)
    }

    /// What is wrong with it, the mode, the signature over the encrypted text, the body, and the refusal.
    private static let refused: [(String, CallbackAccount.Mode, String?, [UInt8], CallbackRefusal)] = [
        ("plain in safe mode", .safe, nil, plain, .encryption),
        ("no signature over the text", .safe, nil, Vectors.envelope(event.text), .signature),
        ("the signature of another text", .safe, event.signature, Vectors.envelope(Vectors.sealed[1].text), .signature),
        ("a forged plain body beside a sealed one", .compatible, "0", both, .signature),
        ("encrypted in plain mode", .plain, event.signature, Vectors.envelope(event.text), .encryption),
        ("an entity", .plain, nil, Array("<!DOCTYPE a><a/>".utf8), .body(.forbidden)),
        ("nothing", .plain, nil, [], .body(.malformed)),
        ("no kind", .plain, nil, Array("<xml><A>1</A></xml>".utf8), .encryption),
    ]

    @Test(arguments: refused.indices)
    func `what is not WeChat's is refused`(_ row: Int) {
        let (what, mode, signature, body, refusal) = Self.refused[row]
        #expect(throws: refusal, "\(what)") { try Vectors.account(mode).open(Vectors.query(signature), body) }
    }

    @Test func `a text of a key that is gone, and one that hides a document type, are refused`() throws {
        let sealed = try #require(Vectors.cipher([Vectors.otherKey]).seal(Self.plain, chance: Vectors.chance))
        let hidden = try #require(Vectors.cipher().seal(Array("<!DOCTYPE a><a/>".utf8), chance: Vectors.chance))
        for (text, refusal) in [(sealed, CallbackRefusal.encryption), (hidden, .body(.forbidden))] {
            let signature = CallbackSignature.make([Vectors.token, Vectors.timestamp, Vectors.nonce, text])
            #expect(throws: refusal) { try Vectors.account().open(Vectors.query(signature), Vectors.envelope(text)) }
        }
    }
}
