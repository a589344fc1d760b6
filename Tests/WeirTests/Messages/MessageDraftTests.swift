import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What `POST /v1/messages` refuses, for which reason, and which field it names.
@Suite struct MessageDraftTests {
    /// Body, reason, field.
    static let bad: [(String, MessageRefusalReason, String?)] = [
        ("", .malformed, nil), ("[]", .malformed, nil), ("\"x\"", .malformed, nil), ("{", .malformed, nil),
        ("{} x", .malformed, nil),
        ("{'a':1}", .malformed, nil),
        (
            "{\"type\":\"template\",\"message\":\(String(repeating: "[", count: 65))\(String(repeating: "]", count: 65))}",
            .malformed, nil
        ),
        ("{\"message\":{}}", .invalid, "type"), ("{\"type\":1,\"message\":{}}", .invalid, "type"),
        ("{\"type\":\"sms\",\"message\":{}}", .invalid, "type"), ("{\"type\":\"template\"}", .invalid, "message"),
        ("{\"type\":\"template\",\"message\":[]}", .invalid, "message"),
        ("{\"type\":\"template\",\"message\":null}", .invalid, "message"),
        ("{\"type\":\"template\",\"message\":{}}", .invalid, "message.touser"),
        (
            "{\"type\":\"template\",\"message\":{\"touser\":\"\",\"template_id\":\"t\",\"data\":{}}}", .invalid,
            "message.touser"
        ),
        ("{\"type\":\"template\",\"message\":{\"touser\":\"o\",\"data\":{}}}", .invalid, "message.template_id"),
        ("{\"type\":\"template\",\"message\":{\"touser\":\"o\",\"template_id\":\"t\"}}", .invalid, "message.data"),
        (
            "{\"type\":\"template\",\"message\":{\"touser\":\"o\",\"template_id\":\"t\",\"data\":{\"k\":1}}}", .invalid,
            "message.data.k"
        ),
        ("{\"type\":\"custom\",\"message\":{\"touser\":\"o\"}}", .invalid, "message.msgtype"),
        ("{\"type\":\"custom\",\"message\":{\"touser\":\"o\",\"msgtype\":\"text\"}}", .invalid, "message.text"),
        (
            "{\"type\":\"mass\",\"message\":{\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}}", .invalid,
            "message.touser"
        ),
    ]

    @Test(arguments: bad)
    func `a bad request is refused by reason and field`(
        _ body: String,
        _ reason: MessageRefusalReason,
        _ field: String?
    ) async throws {
        let bench = try MessageBench()
        let refusal = try #require(await bench.refusal(Array(body.utf8)))
        #expect(refusal.reason == reason)
        #expect(refusal.field == field)
        #expect(bench.harness.journal.appends.isEmpty)
    }

    /// Further members of a good message, reason, field.
    static let members: [(String, MessageRefusalReason, String?)] = [
        ("\"collapse_key\":\"\"", .invalid, "collapse_key"), ("\"collapse_key\":7", .invalid, "collapse_key"),
        ("\"collapse_key\":\"a b\"", .invalid, "collapse_key"), ("\"collapse_key\":\"é\"", .invalid, "collapse_key"),
        ("\"collapse_key\":\"\(String(repeating: "k", count: 129))\"", .invalid, "collapse_key"),
        ("\"colour\":1", .invalid, "colour"), ("\"touser\":\"o\"", .invalid, "touser"),
        ("\"priority\":\"top\"", .invalid, "priority"),
        ("\"priority\":1", .invalid, "priority"), ("\"retry_class\":\"never\"", .invalid, "retry_class"),
        ("\"retry_class\":[]", .invalid, "retry_class"),
        ("\"app\":\"other\"", .invalid, "app"), ("\"app\":7", .invalid, "app"),
        ("\"not_before\":\"tomorrow\"", .invalid, "not_before"),
        ("\"not_before\":\"2026-11-21T09:00:00\"", .invalid, "not_before"),
        ("\"not_after\":1795233600", .invalid, "not_after"),
        ("\"not_after\":\"2026-11-21T11:59:59+08:00\"", .invalid, "not_after"),
        ("\"not_after\":\"2026-11-21T12:00:00+08:00\"", .invalid, "not_after"),
        ("\"not_before\":\"2026-11-22T00:00:00Z\",\"not_after\":\"2026-11-21T23:59:59Z\"", .invalid, "not_before"),
        ("\"metadata\":\"x\"", .invalid, "metadata"), ("\"metadata\":[]", .invalid, "metadata"),
        ("\"metadata\":{\"a\":\"\(String(repeating: "x", count: 17_000))\"}", .invalid, "metadata"),
        ("\"metadata\":{\"a\":\"\(String(repeating: "x", count: 262_144))\"}", .tooLarge, nil),
        ("\"idempotency_key\":\"\"", .invalid, "Idempotency-Key"),
        ("\"idempotency_key\":\"a b\"", .invalid, "Idempotency-Key"),
        ("\"idempotency_key\":\"é\"", .invalid, "Idempotency-Key"),
        ("\"idempotency_key\":\"\(String(repeating: "k", count: 256))\"", .invalid, "Idempotency-Key"),
    ]

    @Test(arguments: members)
    func `a bad member is refused by reason and field`(
        _ member: String,
        _ reason: MessageRefusalReason,
        _ field: String?
    ) async throws {
        let bench = try MessageBench()
        let refusal = try #require(await bench.refusal(MessageBench.body(member)))
        #expect(refusal.reason == reason)
        #expect(refusal.field == field)
        #expect(!refusal.message.contains("o6_bmjrPTlm6"))
    }

    @Test(arguments: [
        [UInt8(0xFF)],
        Array("{\"type\":\"template\",\"message\":{\"touser\":\"".utf8) + [0xC3, 0x28] + Array("\"}}".utf8),
        Array("{\"type\":\"a\u{01}b\",\"message\":{}}".utf8), [0xEF, 0xBB, 0xBF] + MessageBench.body(),
    ])
    func `what is no UTF-8 or no strict JSON is malformed`(_ body: [UInt8]) async throws {
        let bench = try MessageBench()
        #expect(await bench.refusal(body)?.reason == .malformed)
    }

    @Test func `members inside the message that Weir does not know pass`() async throws {
        let bench = try MessageBench()
        let message =
            "{\"touser\":\"o6_bmjrPTlm6_2sgVt7hMZOPfL2M\",\"template_id\":\"T1\",\"new\":{\"x\":[1]},\"data\":{}}"
        let id = try await bench.accept(message: message).record.id
        await bench.harness.transport.waitForRequests(2)
        let body = try #require(bench.harness.calls.first?.body)
        #expect(body == message.dropLast() + ",\"client_msg_id\":\"\(id)\"}")
    }

    // After a restart every template message is taken for one that WeChat knows by its client_msg_id.
    @Test func `a template message with an empty client_msg_id is refused`() async throws {
        let bench = try MessageBench()
        let message = MessageBench.template.dropLast() + ",\"client_msg_id\":\"\"}"
        let refusal = await bench.refusal(MessageBench.body(message: String(message)))
        #expect(refusal?.reason == .invalid)
        #expect(refusal?.field == "message.client_msg_id")
        #expect(bench.harness.journal.appends.isEmpty)
    }

    @Test func `what is taken says what was decided`() async throws {
        let bench = try MessageBench { $0.clients["orders"]?.maxPriority = .high }
        let members = """
            "app":"wx1234567890abcdef","priority":"urgent","retry_class":"async","metadata":{"order": "1"},\
            "not_before":"2026-11-21T13:00:00+08:00"
            """
        let record = try await bench.accept(members).record
        #expect(record.app == "main")
        #expect(record.client == "orders")
        #expect(record.priority == .high)
        #expect(record.retryClass == "async")
        #expect(record.notBefore == Timestamp(rfc3339: "2026-11-21T05:00:00Z"))
        #expect(record.notAfter == Timestamp(rfc3339: "2026-11-24T05:00:00Z"))
        #expect(String(decoding: record.metadata, as: UTF8.self) == "{\"order\": \"1\"}")
        #expect(record.recipient == GatewayHarness.openID)
        #expect(record.state == .pending)
        #expect(record.traceparent == "trace1")
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `an app need not be named by a client of one, and must be by one of several`() async throws {
        let bench = try MessageBench { $0.apps["two"] = AppConfiguration(appID: "wx2", secret: "s") }
        #expect(await bench.refusal(MessageBench.body())?.field == "app")
        let narrow = try MessageBench {
            $0.apps["two"] = AppConfiguration(appID: "wx2", secret: "s")
            $0.clients["orders"]?.apps = ["two"]
        }
        #expect(try await narrow.accept().record.app == "two")
        #expect(await narrow.refusal(MessageBench.body("\"app\":\"main\""))?.reason == .forbidden)
    }

    @Test(arguments: [
        ("{\"client_msg_id\":\"x\"}", true), ("{\"client_msg_id\":\"\"}", false), ("{}", false),
        ("{\"client_msg_id\":null}", false),
    ])
    func `a repeat is only called recognisable where there is something to recognise it by`(
        _ body: String,
        _ isKnown: Bool
    ) {
        #expect(Repeatability.withClientMessageID.knowsRepeat(of: Array(body.utf8)) == isKnown)
        #expect(!Repeatability.never.knowsRepeat(of: Array(body.utf8)))
    }

    @Test(arguments: [("{\"clientmsgid\":\"x\"}", true), ("{\"clientmsgid\":\"\"}", false), ("{}", false)])
    func `a mass message is recognised by its clientmsgid`(_ body: String, _ isKnown: Bool) {
        #expect(Repeatability.withMassID.knowsRepeat(of: Array(body.utf8)) == isKnown)
    }
}
