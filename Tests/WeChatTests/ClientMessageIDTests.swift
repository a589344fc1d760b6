import Testing
import WeChat
import WireJSON

@Suite struct ClientMessageIDTests {
    private func splice(_ body: String, id: String = "id-1") -> String? {
        ClientMessageID.splice(into: Array(body.utf8), id: id).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        ("{}", #"{"client_msg_id":"id-1"}"#), ("{ }", #"{ "client_msg_id":"id-1"}"#),
        (#"{"a":1}"#, #"{"a":1,"client_msg_id":"id-1"}"#),
        (" {\"a\" : { \"b\":[] }\n} \r\n", " {\"a\" : { \"b\":[] }\n,\"client_msg_id\":\"id-1\"} \r\n"),
        (#"{"data":{"client_msg_id":"inner"}}"#, #"{"data":{"client_msg_id":"inner"},"client_msg_id":"id-1"}"#),
        (#"{"t":"}"}"#, #"{"t":"}","client_msg_id":"id-1"}"#),
        (#"{"t":"你\ud83d"}"#, #"{"t":"你\ud83d","client_msg_id":"id-1"}"#),
        ("\u{FEFF}{}", "\u{FEFF}{\"client_msg_id\":\"id-1\"}"),
        (#"{"a":1,"a":2}"#, #"{"a":1,"a":2,"client_msg_id":"id-1"}"#),
    ])
    func `the member goes before the closing brace and the rest stays`(_ body: String, _ expected: String) {
        #expect(splice(body) == expected)
        #expect(ClientMessageID.find(in: Array(expected.utf8)) == "id-1")
        #expect(splice(expected) == nil)
    }

    @Test(arguments: [
        #"{"client_msg_id":"x"}"#, #"{"client_msg_id":""}"#, #"{"client_msg_id":null}"#, #"{"client\u005fmsg_id":"x"}"#,
        "", "[]", "null", "{", #"{"a":1"#, "{} {}", #"{"a":1,}"#, "a=b", "<xml/>",
    ])
    func `what has one already, or is no object, is not touched`(_ body: String) {
        #expect(splice(body) == nil)
    }

    @Test(
        arguments: [
            (#"{"client_msg_id":"MSG_000001"}"#, "MSG_000001"), (#"{"client\u005fmsg_id":"x"}"#, "x"),
            (#"{"client_msg_id":""}"#, nil),
            (#"{"client_msg_id":7}"#, nil), (#"{"data":{"client_msg_id":"x"}}"#, nil), ("{}", nil), ("x", nil),
            (#"{"client_msg_id":"a","client_msg_id":"b"}"#, "b"), (#"{"clientmsgid":"x"}"#, nil),
        ] as [(String, String?)]
    )
    func `a caller's own id is found`(_ body: String, _ expected: String?) {
        #expect(ClientMessageID.find(in: Array(body.utf8)) == expected)
    }

    @Test func `an inspection tells what there is`() {
        #expect(ClientMessageID.inspect(Array(#" {"a":1} "#.utf8)) == .absent(closingBrace: 7, isEmptyObject: false))
        #expect(ClientMessageID.inspect(Array("{}".utf8)) == .absent(closingBrace: 1, isEmptyObject: true))
        #expect(ClientMessageID.inspect(Array(#"{"client_msg_id":""}"#.utf8)) == .present(id: nil))
        #expect(ClientMessageID.inspect([]) == .unusable)
    }

    @Test(arguments: ["", String(repeating: "x", count: 33), "a b", "a\"", "a\\", "é", "a\n", "\u{7F}"])
    func `an id that could change the body's meaning is refused`(_ id: String) {
        #expect(splice("{}", id: id) == nil)
        #expect(!ClientMessageID.isUsable(id))
    }

    @Test func `the longest id fits`() {
        #expect(splice("{}", id: String(repeating: "x", count: 32)) != nil)
    }

    @Test func `no prefix of a body is spliced`() {
        let body = Array(#"{"touser":"o","data":{"a":{"value":"你"}}}"#.utf8)
        for length in body.indices { #expect(ClientMessageID.splice(into: Array(body[..<length]), id: "a") == nil) }
    }

    @Test func `a body with one byte changed is spliced into a whole object, or left alone`() throws {
        let body = Array(#"{"touser":"oid","n":[1,{"a":null}],"data":{"text":"订单 \u0041 \\"}}"#.utf8)
        for index in body.indices {
            for byte in [0, 0x0A, 0x22, 0x2C, 0x3A, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
                var changed = body
                changed[index] = byte
                let spliced = ClientMessageID.splice(into: changed, id: "a")
                let object = try? JSONObjectView(changed, rules: .lenient)
                try #require((spliced != nil) == (object != nil), "byte \(index) is \(byte)")
                if let spliced { #expect(ClientMessageID.find(in: spliced) == "a") }
            }
        }
    }
}
