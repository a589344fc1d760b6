import Testing

/// `POST /v1/messages:batch`.
@Suite(.serialized)
struct MessagesAPIBatchTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start()
    }

    private func post(_ body: String, type: String = "application/json") async throws -> Answer {
        try await stage.weir.api.call("POST", "/v1/messages:batch", headers: [("Content-Type", type)], body: body)
    }

    @Test func `one bad item does the others no harm and is explained`() async throws {
        let items = [
            Message.template(to: "o-1").json,
            #"{"type":"template","message":{"template_id":"t","data":{}}}"#,
            Message.custom(to: "o-3").json,
            #""no object""#,
            #"{"type":"postcard","message":{}}"#,
        ]
        let answer = try await post("[\(items.joined(separator: ","))]")
        #expect(answer.status == 200)
        let results = answer.data?["results"]?.array ?? []
        #expect(results.compactMap { $0["index"]?.int } == [0, 1, 2, 3, 4])
        #expect(results.compactMap { $0["code"]?.int } == [202, 422, 202, 400, 422])
        #expect(results.map { $0["error"]?.string } == [nil, "invalid", nil, "malformed", "invalid"])
        #expect(results.map { $0["field"]?.string } == [nil, "message.touser", nil, nil, "type"])
        #expect(results.allSatisfy { $0["message"]?.string?.isEmpty == false })
        for index in [0, 2] { try await stage.weir.wait(results[index]["id"]?.string ?? "", for: "sent") }
        #expect(try await stage.sandbox.shown() == ["o-1": 1, "o-3": 1])
        #expect(try await stage.weir.metrics().sum("weir_messages_refused_total") == 3)
    }

    @Test(arguments: ["\n", "\r\n", "\n\n"])
    func `lines of JSON are a batch too`(separator: String) async throws {
        let lines = [Message.template(to: "o-1").json, "{not json", Message.template(to: "o-3").json]
        let answer = try await post(lines.joined(separator: separator) + separator, type: "application/x-ndjson")
        #expect(answer.status == 200)
        #expect(answer.data?["results"]?.array.compactMap { $0["code"]?.int } == [202, 400, 202])
    }

    @Test func `an item's own key makes it the message that it was`() async throws {
        let item = Message.template(to: "o-1", members: #","idempotency_key":"order-1""#).json
        let answer = try await post("[\(item),\(item)]")
        let codes = answer.data?["results"]?.array.compactMap { $0["code"]?.int } ?? []
        #expect(codes.sorted() == [200, 202])
        let again = try await post("[\(item)]")
        #expect(again.data?["results"]?.array.compactMap { $0["code"]?.int } == [200])
        let ids = (answer.data?["results"]?.array ?? []) + (again.data?["results"]?.array ?? [])
        #expect(Set(ids.compactMap { $0["id"]?.string }).count == 1)
        try await stage.weir.wait(ids.first?["id"]?.string ?? "", for: "sent")
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test func `a thousand items are taken and all arrive`() async throws {
        let items = (0..<1000).map { Message.template(to: "o-\($0)").json }
        let answer = try await post("[\(items.joined(separator: ","))]")
        #expect(answer.data?["results"]?.array.filter { $0["code"]?.int == 202 }.count == 1000)
        try await eventually("all are sent") {
            try await stage.weir.metrics().sum("weir_messages_ended_total", "state=\"sent\"") == 1000
        }
        let shown = try await stage.sandbox.shown()
        #expect(shown.count == 1000 && shown.values.allSatisfy { $0 == 1 })
    }

    @Test(arguments: [
        ("[" + Array(repeating: "{}", count: 1001).joined(separator: ",") + "]", 413, "too_large", "1000"),
        ("[]", 400, "malformed", "empty"),
        ("{}", 400, "malformed", "array or NDJSON"),
        ("[{]", 400, "malformed", "array"),
        ("", 400, "malformed", "array"),
    ])
    func `what is no batch is refused as a whole`(body: String, status: Int, error: String, words: String) async throws
    {
        let answer = try await post(body)
        #expect(answer.status == status)
        #expect(answer.error == error)
        #expect(answer.message.contains(words), "\(answer.message)")
    }

    @Test func `a batch over 16 MiB is refused and names its limit`() async throws {
        let answer = try await post(String(repeating: " ", count: 16 << 20) + "[]")
        #expect(answer.status == 413)
        #expect(answer.error == "too_large")
        #expect(answer.message.contains("16"), "\(answer.message)")
    }

    @Test func `an item over 256 KiB is refused alone`() async throws {
        let large = Message.template(to: "o-1", value: String(repeating: "x", count: 256 << 10)).json
        let answer = try await post("[\(large),\(Message.template(to: "o-2").json)]")
        #expect(answer.data?["results"]?.array.compactMap { $0["code"]?.int } == [413, 202])
    }
}
