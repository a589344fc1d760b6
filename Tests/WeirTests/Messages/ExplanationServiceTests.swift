import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Explaining
@testable import Weir

/// Explanations of messages that a gateway handled.
@Suite struct ExplanationServiceTests {
    private func explain(_ bench: MessageBench, _ id: JobID, as caller: Caller? = nil) async throws -> Explanation {
        try await bench.service.explain(id.description, caller: caller ?? bench.orders)
    }

    @Test func `another client's message and an unknown one are not found`() async throws {
        let bench = try MessageBench()
        let id = try await bench.accept().record.id
        await #expect { _ = try await explain(bench, id, as: bench.billing) } throws: {
            ($0 as? MessageRefusal)?.reason == .notFound
        }
        for bad in ["", "x", "0000000000000"] {
            await #expect { _ = try await bench.service.explain(bad, caller: bench.orders) } throws: {
                ($0 as? MessageRefusal)?.reason == .notFound
            }
        }
    }

    @Test func `a wait for the limiter has the limit as it is configured, before and after`() async throws {
        let bench = try MessageBench { $0.apps["main"]?.defaultLimit = .single }
        _ = try await bench.accept()
        let id = try await bench.accept().record.id
        bench.harness.advance(.seconds(20))
        await bench.settle()
        let waiting = try await explain(bench, id)
        #expect(waiting.steps.map(\.kind) == [.accepted, .waiting])
        #expect(waiting.steps.last?.reason == .rateLimited)
        #expect(waiting.nextAt == bench.harness.time.timestamp() + .seconds(40))
        #expect(waiting.summary.contains("(1 in 1 min, at most 1 at once)"))
        bench.harness.advance(.seconds(40))
        await bench.settle()
        await bench.harness.transport.waitForRequests(3)
        let sending = try await explain(bench, id)
        #expect(sending.steps.map(\.kind).last == .sending)
        while bench.harness.transport.answer(.success(.ok)) { await Task.yield() }
        await bench.settle()
        let told = try await explain(bench, id)
        let waited = try #require(told.steps.first { $0.kind == .waited })
        #expect(waited.reason == .rateLimited)
        #expect(waited.duration == .seconds(60))
        #expect(told.state == .sent)
    }

    @Test func `a paused app's message says so, and what the class is now decides the words`() async throws {
        let bench = try MessageBench()
        _ = bench.harness.gateway.setPaused(true, app: "main")
        let id = try await bench.accept().record.id
        await bench.settle()
        let told = try await explain(bench, id)
        #expect(told.summary == "It waits for an operator to resume main; nobody knows how long (not tried yet).")
        _ = try await bench.service.cancel(id.description, caller: bench.orders)
        #expect(try await explain(bench, id).steps.map(\.kind) == [.accepted, .ended])
    }

    @Test func `a message of an app that is gone waits in the journal alone`() async throws {
        let bench = try MessageBench()
        let id = bench.harness.dispatcher.makeID()
        let record = MessageRecord(
            Message(id: id, app: "gone", client: "orders", type: .template, createdAt: .noon),
            MessageContent(body: Array("{}".utf8))
        )
        bench.harness.journal.append([.accept(record.message, record.content)]) { _ in }
        await bench.settle()
        let told = try await explain(bench, record.id)
        #expect(told.steps.last?.kind == .waiting)
        #expect(told.steps.last?.text.contains("its app gone is not configured any more") == true)
    }

    @Test func `nothing secret is in an explanation`() async throws {
        let bench = try MessageBench()
        let id = try await bench.ended(.success(.ok))
        let told = try await explain(bench, id)
        let all = told.text + told.steps.map { "\($0)" }.joined()
        for secret in [GatewayHarness.openID, GatewayHarness.firstToken, GatewayHarness.secret, "template_id"] {
            #expect(!all.contains(secret))
        }
    }
}
