import Queueing
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeirTesting

@testable import Dispatching
@testable import Weir

/// Nobody who waits holds a stop up.
struct StopTests {
    @Test func `whoever waits for an end hears what is known when Weir stops`() async throws {
        let bench = try MessageBench { $0.clients["orders"]?.rate = nil }
        _ = bench.harness.gateway.setPaused(true, app: "main")
        let id = try await bench.accept().record.id
        let service = bench.service
        async let waiting = service.await(id, atMost: .seconds(60))
        await bench.harness.time.waitForSleepers(1)
        bench.harness.gateway.stopAccepting()
        let record = try await waiting
        #expect(record?.state == .pending && record?.reason == "paused")
        // Who comes after it doesn't wait at all.
        #expect(try await service.await(id, atMost: .seconds(60))?.id == id)
        #expect(bench.harness.dispatcher.state.withLock { $0.watchers.isEmpty })
    }

    @Test func `whoever waits behind the same key is told that nothing was accepted`() async throws {
        let bench = try MessageBench()
        bench.harness.journal.setManual(true)
        async let first = bench.accept(key: "k")
        await bench.harness.journal.waitForAppends(1)
        async let second = bench.refusal(MessageBench.body(), key: "k")
        for _ in 0..<100 { await Task.yield() }
        bench.harness.gateway.stopAccepting()
        #expect(await second?.reason == .shuttingDown)
        bench.harness.journal.setManual(false)
        bench.harness.journal.commit()
        #expect(try await first.isReplay == false)
    }

    @Test func `a bulk redrive ends between two messages and says where to go on`() async throws {
        let bench = try MessageBench()
        bench.harness.gateway.stopAccepting()
        let filter = MessageFilter(states: [.dead], limit: 10)
        let result = try await bench.service.redriveAll(filter, caller: bench.orders)
        #expect(result.redriven == 0 && result.skipped == 0)
    }
}
