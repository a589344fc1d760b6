import Queueing
import Testing
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What a client may not call on the relay it may not send as a message.
struct MessagePermissionTests {
    private static let toAll = #"{"filter":{"is_to_all":true},"text":{"content":"x"},"msgtype":"text"}"#
    private static let toSome = #"{"touser":["o1","o2"],"text":{"content":"x"},"msgtype":"text"}"#

    @Test(arguments: [
        ([], toAll, false), ([], toSome, false), (["/cgi-bin/message/mass/sendall"], toAll, true),
        (["/cgi-bin/message/mass/sendall"], toSome, false), (["/cgi-bin/message/mass/send"], toSome, true),
        (["/cgi-bin/message/mass/send"], toAll, false),
    ])
    func `a mass message needs the client's apis to list its path`(
        _ apis: [String],
        _ message: String,
        _ isAllowed: Bool
    ) async throws {
        let bench = try MessageBench { $0.clients["orders"]?.apis = apis }
        let refusal = await bench.refusal(MessageBench.body(type: "mass", message: message))
        #expect((refusal == nil) == isAllowed)
        #expect(isAllowed || (refusal?.reason == .forbidden && refusal?.field == "type"))
        #expect(bench.harness.journal.model.messages.count == (isAllowed ? 1 : 0))
    }

    @Test func `a batch and a redrive ask for the same permission`() async throws {
        let bench = try MessageBench { $0.clients["orders"]?.apis = ["/cgi-bin/message/mass/sendall"] }
        let item = MessageBench.body(type: "mass", message: Self.toAll)
        let id = try await bench.ended(.success(.errcode(48001)), type: "mass", message: Self.toAll)
        var without = GatewayHarness.withClient
        without.clients["billing"] = ClientConfiguration(keys: ["KEY-of-billing"])
        bench.harness.gateway.reload(without)
        let results = try await bench.service.acceptBatch(
            Array("[".utf8) + item + Array("]".utf8),
            isLines: false,
            caller: bench.orders,
            traceparent: "t"
        )
        guard case .failure(let refusal)? = results.first?.result else { return #expect(Bool(false), "it was taken") }
        #expect(refusal.reason == .forbidden)
        let state = bench.harness.journal.record(id)?.state
        guard state?.isTerminal ?? false else { return }
        await #expect {
            _ = try await bench.service.redrive(id.description, force: true, caller: bench.orders)
        } throws: {
            ($0 as? MessageRefusal)?.reason == .forbidden
        }
    }

    @Test func `without clients nobody needs one`() async throws {
        let harness = try GatewayHarness(journal: MemoryJournal())
        _ = try await harness.messages.accept(
            MessageBench.body(type: "mass", message: Self.toAll),
            idempotencyKey: nil,
            caller: Caller(name: ""),
            traceparent: "t"
        )
    }
}
