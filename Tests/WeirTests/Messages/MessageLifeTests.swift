import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// Status, listing, cancelling, redriving and waiting.
@Suite struct MessageLifeTests {
    private func reason(_ run: () async throws -> Void) async -> MessageRefusalReason? {
        do {
            try await run()
            return nil
        } catch { return (error as? MessageRefusal)?.reason }
    }

    // MARK: Whose messages

    @Test func `a client sees and touches only its own messages`() async throws {
        let bench = try MessageBench()
        _ = bench.harness.gateway.setPaused(true, app: "main")
        let id = try await bench.accept().record.id.description
        let service = bench.service
        #expect(try await service.status(id, caller: bench.orders).id.description == id)
        let other = bench.billing
        #expect(await reason { _ = try await service.status(id, caller: other) } == .notFound)
        #expect(await reason { _ = try await service.cancel(id, caller: other) } == .notFound)
        #expect(await reason { _ = try await service.redrive(id, force: true, caller: other) } == .notFound)
        #expect(try await service.list(MessageFilter(client: "orders"), caller: other).messages.isEmpty)
        #expect(try await service.list(MessageFilter(), caller: bench.orders).messages.map(\.id.description) == [id])
        #expect(
            try await service.list(MessageFilter(app: "wx1234567890abcdef"), caller: bench.orders).messages.count == 1
        )
        for bad in ["", "x", "0000000000000", id + "0"] {
            #expect(await reason { _ = try await service.status(bad, caller: bench.orders) } == .notFound)
        }
    }

    @Test func `with clients a key is needed, without only direct loopback peers are served`() throws {
        let bench = try MessageBench()
        #expect(try bench.service.authenticate(key: GatewayHarness.key, isDirectLoopback: false) == bench.orders)
        #expect(throws: MessageRefusal.self) { try bench.service.authenticate(key: nil, isDirectLoopback: true) }
        #expect(throws: MessageRefusal.self) { try bench.service.authenticate(key: "x", isDirectLoopback: true) }
        let open = try GatewayHarness()
        #expect(try open.messages.authenticate(key: nil, isDirectLoopback: true) == Caller(name: ""))
        #expect { try open.messages.authenticate(key: "x", isDirectLoopback: false) } throws: {
            ($0 as? MessageRefusal)?.reason == .forbidden
        }
    }

    @Test func `a waiting message says why and until when`() async throws {
        let bench = try MessageBench { $0.apps["main"]?.defaultLimit = .single }
        let first = try await bench.accept().record.id
        let second = try await bench.accept().record.id.description
        var record = try await bench.service.status(second, caller: bench.orders)
        #expect(record.reason == "rate_limited")
        #expect(record.nextAt == bench.harness.time.timestamp() + .seconds(60))
        let later = try await bench.accept("\"not_before\":\"2026-11-21T13:00:00+08:00\"").record.id.description
        record = try await bench.service.status(later, caller: bench.orders)
        #expect(record.reason == "scheduled")
        #expect(record.nextAt == Timestamp(rfc3339: "2026-11-21T13:00:00+08:00"))
        await bench.harness.transport.waitForRequests(2)
        #expect(try await bench.service.status(first.description, caller: bench.orders).state == .sending)
    }

    // MARK: Cancelling

    @Test func `a waiting message can be cancelled, one in flight or ended can't`() async throws {
        let bench = try MessageBench { $0.apps["main"]?.defaultLimit = .single }
        let flying = try await bench.accept().record.id.description
        let waiting = try await bench.accept().record.id.description
        await bench.harness.transport.waitForRequests(2)
        #expect(await reason { _ = try await bench.service.cancel(flying, caller: bench.orders) } == .wrongState)
        #expect(try await bench.service.cancel(waiting, caller: bench.orders).state == .cancelled)
        #expect(await reason { _ = try await bench.service.cancel(waiting, caller: bench.orders) } == .wrongState)
        bench.harness.transport.answer(.success(.ok))
        await bench.settle()
        #expect(await reason { _ = try await bench.service.cancel(flying, caller: bench.orders) } == .wrongState)
        bench.harness.advance(.seconds(120))
        #expect(bench.harness.calls.count == 1)
    }

    @Test func `while the journal can't be written nothing is cancelled, and the caller hears so at once`() async throws
    {
        let bench = try MessageBench()
        _ = bench.harness.gateway.setPaused(true, app: "main")
        let id = try await bench.accept().record.id
        bench.harness.journal.fail(with: .full("no room"))
        #expect(await reason { _ = try await bench.service.cancel(id.description, caller: bench.orders) } == .journal)
        #expect(bench.harness.dispatcher.waiting(id) != nil)
        bench.harness.journal.fail(with: nil)
        #expect(try await bench.service.cancel(id.description, caller: bench.orders).state == .cancelled)
    }

    // MARK: Redriving

    @Test func `a failed message can be redriven, and is the same message`() async throws {
        let bench = try MessageBench()
        let id = try await bench.ended(.success(.errcode(47003)))
        #expect(bench.harness.journal.record(id)?.state == .failed)
        let record = try await bench.service.redrive(id.description, force: false, caller: bench.orders)
        #expect(record.state == .pending)
        await bench.harness.transport.waitForRequests(3)
        #expect(bench.harness.calls[0].body == bench.harness.calls[1].body)
        bench.harness.transport.answer(.success(.ok))
        await bench.settle()
        let end = try #require(bench.harness.journal.record(id))
        #expect(end.state == .sent)
        #expect(end.attempts.map(\.number) == [1, 2])
    }

    @Test func `an unknown message needs force, and others can't be redriven`() async throws {
        let bench = try MessageBench()
        let lost = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.reset, bytesLeft: true))
        let unknown = try await bench.ended(lost, type: "custom", message: MessageBench.text).description
        #expect(
            await reason { _ = try await bench.service.redrive(unknown, force: false, caller: bench.orders) }
                == .wrongState
        )
        #expect(try await bench.service.redrive(unknown, force: true, caller: bench.orders).state == .pending)
        await bench.harness.transport.waitForRequests(3)
        bench.harness.transport.answer(.success(.ok))
        await bench.settle()
        #expect(
            await reason { _ = try await bench.service.redrive(unknown, force: true, caller: bench.orders) }
                == .wrongState
        )
    }

    @Test func `two redrives at once send once`() async throws {
        let bench = try MessageBench()
        let id = try await bench.ended(.success(.errcode(47003))).description
        let service = bench.service
        let orders = bench.orders
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (try? await service.redrive(id, force: false, caller: orders)) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes == 1)
        await bench.harness.transport.waitForRequests(3)
        #expect(bench.harness.calls.count == 2)
    }

    @Test func `a bulk redrive takes what can be and counts the rest`() async throws {
        let bench = try MessageBench()
        for _ in 0..<3 { _ = try await bench.ended(.success(.errcode(47003))) }
        _ = try await bench.ended(.success(.ok))
        var filter = MessageFilter(limit: 2)
        filter.states = [.failed]
        let first = try await bench.service.redriveAll(filter, caller: bench.orders)
        #expect(first.redriven == 2)
        #expect(first.next != nil)
        filter.before = first.next
        let second = try await bench.service.redriveAll(filter, caller: bench.orders)
        #expect(second.redriven == 1)
        #expect(second.next == nil)
        filter.states = [.unknown]
        #expect(await reason { _ = try await bench.service.redriveAll(filter, caller: bench.orders) } == .invalid)
    }

    // MARK: Waiting for the end

    @Test func `a caller may wait for the end, and hears of it`() async throws {
        let bench = try MessageBench()
        let id = try await bench.accept().record.id
        async let record = bench.service.await(id, atMost: .seconds(3))
        await bench.harness.transport.waitForRequests(2)
        bench.harness.transport.answer(.success(.ok))
        #expect(try await record?.state == .sent)
    }

    @Test func `a caller that waits long enough hears of the present state`() async throws {
        let bench = try MessageBench()
        let id = try await bench.accept().record.id
        await bench.harness.transport.waitForRequests(2)
        async let record = bench.service.await(id, atMost: .seconds(3))
        // The others are the token's and the look at what hangs.
        await bench.harness.time.waitForSleepers(3)
        bench.harness.time.advance(by: .seconds(3))
        #expect(try await record?.state == .sending)
    }

    @Test func `who waits for a message whose end is not on disk yet hears of the end`() async throws {
        let bench = try MessageBench()
        let id = try await bench.accept().record.id
        await bench.harness.transport.waitForRequests(2)
        bench.harness.journal.setManual(true)
        bench.harness.transport.answer(.success(.ok))
        async let record = bench.service.await(id, atMost: .seconds(3))
        for _ in 0..<200 { await Task.yield() }
        bench.harness.journal.setManual(false)
        bench.harness.journal.commit()
        #expect(try await record?.state == .sent)
    }

    @Test func `nothing is accepted that is not on disk`() async throws {
        let bench = try MessageBench()
        bench.harness.journal.fail(with: .full("no room"))
        let refusal = await bench.refusal(MessageBench.body())
        #expect(refusal?.reason == .journal)
        #expect(refusal?.retryAfter != nil)
        #expect(bench.harness.calls.isEmpty)
        bench.harness.journal.fail(with: nil)
        bench.harness.dispatcher.setJournalWritable(true)
        #expect(await bench.refusal(MessageBench.body()) == nil)
    }

    @Test func `a client over its rate and a full queue are told from each other`() async throws {
        let bench = try MessageBench {
            $0.clients["orders"]?.rate = RateLimit(permits: 3, per: .seconds(60), burst: 3)
            $0.queue.capacity = 1
        }
        _ = bench.harness.gateway.setPaused(true, app: "main")
        #expect(await bench.refusal(MessageBench.body("\"priority\":\"urgent\"")) == nil)
        #expect(await bench.refusal(MessageBench.body())?.reason == .queueFull)
        #expect(await bench.refusal(MessageBench.body())?.reason == .queueFull)
        let over = await bench.refusal(MessageBench.body())
        #expect(over?.reason == .rateLimited)
        #expect(over?.retryAfter == .seconds(20))
    }
}
