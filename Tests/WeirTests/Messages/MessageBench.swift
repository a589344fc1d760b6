import Queueing
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// A messages API with the clients `orders` and `billing`, over a journal that commits by itself.
struct MessageBench {
    static let template =
        "{\"touser\":\"o6_bmjrPTlm6_2sgVt7hMZOPfL2M\",\"template_id\":\"T1\",\"data\":{\"first\":{\"value\":\"x\"}}}"
    static let text = "{\"touser\":\"o6_bmjrPTlm6_2sgVt7hMZOPfL2M\",\"msgtype\":\"text\",\"text\":{\"content\":\"hi\"}}"

    let harness: GatewayHarness
    let orders = Caller(name: "orders")
    let billing = Caller(name: "billing")

    init(_ change: (inout GatewayConfiguration) -> Void = { _ in }) throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["billing"] = ClientConfiguration(keys: ["KEY-of-billing"])
        change(&configuration)
        harness = try GatewayHarness(configuration, journal: MemoryJournal())
    }

    /// The configuration in force, changed.
    func configuration(_ change: (inout GatewayConfiguration) -> Void) -> GatewayConfiguration {
        var configuration = harness.configuration
        change(&configuration)
        return configuration
    }

    var service: MessageService { harness.messages }

    /// A request's body with `members` beside type and message.
    static func body(_ members: String = "", type: String = "template", message: String = template) -> [UInt8] {
        Array("{\"type\":\"\(type)\",\"message\":\(message)\(members.isEmpty ? "" : ",")\(members)}".utf8)
    }

    @discardableResult
    func accept(
        _ members: String = "",
        type: String = "template",
        message: String = template,
        key: String? = nil,
        as caller: Caller? = nil
    ) async throws(MessageRefusal) -> AcceptReply {
        try await service.accept(
            MessageBench.body(members, type: type, message: message),
            idempotencyKey: key,
            caller: caller ?? orders,
            traceparent: "trace1"
        )
    }

    /// What a request is refused with, if it is.
    func refusal(_ body: [UInt8], key: String? = nil) async -> MessageRefusal? {
        do throws(MessageRefusal) {
            _ = try await service.accept(body, idempotencyKey: key, caller: orders, traceparent: "trace1")
            return nil
        } catch { return error }
    }

    /// A message that has come to this end.
    func ended(_ result: Result<UpstreamReply, TransportFailure>, type: String = "template", message: String = template)
        async throws -> JobID
    {
        let id = try await accept("\"retry_class\":\"consistent\"", type: type, message: message).record.id
        await harness.transport.waitForRequests(harness.transport.count)
        while harness.transport.answer(result) == false { await Task.yield() }
        await settle()
        return id
    }

    /// Returns once the journal has nothing to do.
    func settle() async {
        harness.journal.settle()
        harness.journal.settle()
    }
}
