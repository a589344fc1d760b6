import Testing
import WeChat

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
}
