import Testing

/// What a message must not look like, and what its sender is told.
struct BadInputMessageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var body: [UInt8]
        var status: Int
        var error: String
        var field: String?
        /// What the answer's text must say.
        var words: [String]

        init(
            _ name: String,
            _ body: [UInt8],
            _ status: Int,
            _ error: String,
            _ field: String? = nil,
            says words: String...
        ) {
            self.name = name
            self.body = body
            self.status = status
            self.error = error
            self.field = field
            self.words = words
        }

        init(
            _ name: String,
            _ body: String,
            _ status: Int,
            _ error: String,
            _ field: String? = nil,
            says words: String...
        ) {
            self.init(name, Array(body.utf8), status, error, field)
            self.words = words
        }

        var testDescription: String { name }
    }

    private static func nested(_ levels: Int) -> String {
        let value = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        return #"{"type":"template","metadata":{"a":\#(value)},"message":\#(Message.templateBody(to: "o-1"))}"#
    }

    private static func message(_ body: String) -> String {
        #"{"type":"template","message":\#(body)}"#
    }

    private static func with(_ members: String) -> String {
        Message.template(to: "o-1", members: members).json
    }

    static let notJSON: [Case] = [
        Case("no body", "", 400, "malformed", says: "JSON"),
        Case("text", "hello", 400, "malformed", says: "JSON"),
        Case("an array", "[]", 400, "malformed", says: "object"),
        Case("cut JSON", #"{"type":"template","message":{"touser":"#, 400, "malformed", says: "JSON"),
        Case("two documents", with("") + "{}", 400, "malformed", says: "JSON"),
        Case("300 levels", nested(300), 400, "malformed", says: "64"),
        Case("65 levels", nested(65), 400, "malformed", says: "64"),
        Case(
            "no UTF-8",
            Array(#"{"type":"template","message":{"touser":""#.utf8) + [0xFF, 0xFE] + Array(#""}}"#.utf8),
            400,
            "malformed",
            says: "UTF-8"
        ),
        Case(
            "GBK",
            Array(#"{"type":"template","metadata":{"a":""#.utf8) + [0xC4, 0xE3] + Array(#""}}"#.utf8),
            400,
            "malformed",
            says: "UTF-8"
        ),
        Case("a control character", with(#","metadata":{"a":"\#u{01}"}"#), 400, "malformed", says: "JSON"),
    ]

    static let tooLarge: [Case] = [
        Case(
            "5 MB",
            with(#","metadata":{"a":"\#(String(repeating: "x", count: 5_000_000))"}"#),
            413,
            "too_large",
            says: "256 KiB"
        ),
        Case("over 256 KiB", with("") + String(repeating: " ", count: 256 << 10), 413, "too_large", says: "256 KiB"),
    ]

    static let wrong: [Case] = [
        Case("no message", #"{"type":"template"}"#, 422, "invalid", "message", says: "missing"),
        Case(
            "no type",
            #"{"message":{}}"#,
            422,
            "invalid",
            "type",
            says: "template, subscribe, mini_program, custom, mass"
        ),
        Case(
            "an unknown type",
            #"{"type":"postcard","message":{}}"#,
            422,
            "invalid",
            "type",
            says: "template, subscribe"
        ),
        Case("a type that is no text", #"{"type":1,"message":{}}"#, 422, "invalid", "type", says: "string"),
        Case(
            "a message that is no object",
            #"{"type":"template","message":"x"}"#,
            422,
            "invalid",
            "message",
            says: "object"
        ),
        Case(
            "no touser",
            message(#"{"template_id":"t","data":{}}"#),
            422,
            "invalid",
            "message.touser",
            says: "required"
        ),
        Case(
            "a touser that is no text",
            message(#"{"touser":1,"template_id":"t","data":{}}"#),
            422,
            "invalid",
            "message.touser",
            says: "string"
        ),
        Case(
            "no template_id",
            message(#"{"touser":"o-1","data":{}}"#),
            422,
            "invalid",
            "message.template_id",
            says: "required"
        ),
        Case(
            "data that is no object",
            message(#"{"touser":"o-1","template_id":"t","data":[]}"#),
            422,
            "invalid",
            "message.data",
            says: "object"
        ),
        Case(
            "touser twice",
            message(#"{"touser":"o-1","touser":"o-2","template_id":"t","data":{}}"#),
            422,
            "invalid",
            "message.touser",
            says: "touser"
        ),
        Case(
            "an unknown member",
            with(#","colour":"red""#),
            422,
            "invalid",
            "colour",
            says: "not known",
            "inside `message`"
        ),
        Case("an unknown app", with(#","app":"nobody""#), 422, "invalid", "app", says: "no app"),
        Case("an app that is no text", with(#","app":{}"#), 422, "invalid", "app", says: "string"),
        Case(
            "an unknown priority",
            with(#","priority":"top""#),
            422,
            "invalid",
            "priority",
            says: "urgent, high, normal, low"
        ),
        Case(
            "an unknown retry class",
            with(#","retry_class":"forever""#),
            422,
            "invalid",
            "retry_class",
            says: "async, available, consistent"
        ),
        Case("a date that isn't", with(#","not_before":"soon""#), 422, "invalid", "not_before", says: "with an offset"),
        Case(
            "a date without offset",
            with(#","not_before":"2099-11-21T09:00:00""#),
            422,
            "invalid",
            "not_before",
            says: "with an offset"
        ),
        Case(
            "the 30th of February",
            with(#","not_after":"2099-02-30T09:00:00Z""#),
            422,
            "invalid",
            "not_after",
            says: "with an offset"
        ),
        Case(
            "a date that is a number",
            with(#","not_before":1795258140"#),
            422,
            "invalid",
            "not_before",
            says: "string"
        ),
        Case(
            "a not_after that has passed",
            with(#","not_after":"2020-01-01T00:00:00Z""#),
            422,
            "invalid",
            "not_after",
            says: "has passed"
        ),
        Case(
            "not_before after not_after",
            with(#","not_before":"2099-02-01T00:00:00Z","not_after":"2099-01-01T00:00:00Z""#),
            422,
            "invalid",
            "not_before",
            says: "not before not_after"
        ),
        Case("metadata that is no object", with(#","metadata":[1]"#), 422, "invalid", "metadata", says: "object"),
        Case(
            "metadata over 16 KiB",
            with(#","metadata":{"a":"\#(String(repeating: "x", count: 16 << 10))"}"#),
            422,
            "invalid",
            "metadata",
            says: "16 KiB"
        ),
    ]

    private func check(_ cases: [Case]) async throws {
        let stage = try await Stage.start()
        for bad in cases {
            let answer = try await stage.weir.api.call("POST", "/v1/messages", bytes: bad.body)
            #expect(answer.status == bad.status, "\(bad.name): \(answer.text)")
            #expect(answer.json?["code"]?.int == bad.status, "\(bad.name)")
            #expect(answer.error == bad.error, "\(bad.name): \(answer.text)")
            #expect(answer.field == bad.field, "\(bad.name): \(answer.text)")
            for words in bad.words { #expect(answer.message.contains(words), "\(bad.name): \(answer.message)") }
            #expect(answer.json?["trace_id"]?.string?.count == 32, "\(bad.name)")
            #expect(try await stage.weir.admin.get("/healthz").status == 200, "after \(bad.name)")
        }
        #expect(try await stage.weir.api.get("/v1/messages").data?["messages"]?.array == [], "nothing was accepted")
        let id = try await stage.weir.accept(.template(to: "o-good"))
        try await stage.weir.wait(id, for: "sent")
        #expect(try await stage.weir.metrics().sum("weir_messages_accepted_total") == 1)
    }

    @Test func `what is no JSON is 400`() async throws {
        try await check(Self.notJSON)
    }

    @Test func `what is too large is 413 and names its limit`() async throws {
        try await check(Self.tooLarge)
    }

    @Test func `what is wrong is 422 and says which field and why`() async throws {
        try await check(Self.wrong)
    }

    @Test func `64 levels are not too many`() async throws {
        let stage = try await Stage.start()
        // The object, metadata and 62 arrays.
        let answer = try await stage.weir.api.post("/v1/messages", Self.nested(62))
        #expect(answer.status == 202, "\(answer.text)")
    }
}
