import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// The window in which WeChat recognises a repeat, against clocks that are stepped and disks that are slow.
struct DispatchWindowTests {
    @Test func `a repeat whose start was long in being written down is not made`() throws {
        let harness = try GatewayHarness()
        let message = harness.message(retryClass: "available")
        harness.accept(message)
        harness.journal.commit()
        harness.transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true)))
        harness.journal.commit()
        let sent = harness.transport.count
        harness.advance(.seconds(10))
        // The repeat's start is under way to the disk, and stays so for longer than WeChat remembers the first attempt.
        harness.advance(.seconds(600))
        harness.journal.commit()
        #expect(harness.transport.count == sent)
        #expect(harness.journal.record(message.id)?.state == .unknown)
        #expect(harness.journal.record(message.id)?.attempts.count == 1)
    }

    @Test func `a wall clock that is set forward makes scheduled work due within a second`() async throws {
        let harness = try GatewayHarness(journal: MemoryJournal(), hasToken: false)
        let gateway = harness.gateway
        let run = Task { try await gateway.run() }
        await harness.transport.waitForRequests(1)
        harness.transport.answer(.success(.token("T")))
        // The token's renewal and the house-keeping.
        await harness.time.waitForSleepers(2)
        var message = harness.message()
        message.message.notBefore = harness.time.timestamp() + .seconds(3600)
        harness.accept(message)
        await harness.time.waitForSleepers(3)
        harness.time.stepWallClock(by: .seconds(3600))
        harness.time.advance(by: .seconds(1))
        // The message's, and the question about its api's quota.
        await harness.transport.waitForRequests(3)
        for _ in 0..<2 { #expect(harness.transport.answer("{\"errcode\":0,\"msgid\":1}")) }
        run.cancel()
        _ = try? await run.value
    }
}
