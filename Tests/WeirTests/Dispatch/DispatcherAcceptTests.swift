import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// The way of a message through journal and transport.
@Suite struct DispatcherAcceptTests {
    @Test func `a message is answered for when it is on disk, and its start rides in the same append`() throws {
        let harness = try GatewayHarness()
        let answer = harness.accept(harness.message())
        #expect(answer.count == 0)
        #expect(harness.calls.isEmpty)
        #expect(harness.journal.appends == [["accept", "start 1"]])
        harness.journal.commit()
        #expect(answer.kinds == ["ok"])
        #expect(harness.calls.count == 1)
    }

    @Test func `what is sent is the message itself, with the real token`() throws {
        let harness = try GatewayHarness()
        let message = harness.message()
        harness.accept(message)
        harness.journal.commit()
        let call = try #require(harness.calls.first)
        #expect(call.request.target == "/cgi-bin/message/template/send?access_token=REAL-TOKEN-1")
        #expect(call.request.body == message.content.body)
        #expect(call.request.method == "POST")
        #expect(call.request.origin == "https://api.weixin.qq.com")
        #expect(call.request.timeout == .seconds(5))
        #expect(call.request.connectTimeout == .seconds(1))
    }

    @Test func `without a free permit only the acceptance is written, and the start later by itself`() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.defaultLimit = .single
        let harness = try GatewayHarness(configuration)
        harness.accept(harness.message())
        harness.accept(harness.message())
        #expect(harness.journal.appends == [["accept", "start 1"], ["accept"]])
        harness.journal.commit()
        #expect(harness.calls.count == 1)
        harness.advance(.seconds(60))
        #expect(harness.journal.appends.last == ["start 1"])
        harness.journal.commit()
        #expect(harness.calls.count == 2)
    }

    @Test func `an end is written once, with everything that a caller may ask`() throws {
        let harness = try GatewayHarness()
        let message = harness.message()
        harness.accept(message)
        harness.journal.commit()
        harness.time.advance(by: .milliseconds(30))
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        #expect(harness.journal.appends == [["accept", "start 1"], ["settle 1 sent"]])
        let record = try #require(harness.journal.record(message.id))
        #expect(record.state == .sent)
        #expect(record.msgid == 9_007_199_254_740_993)
        #expect(record.attempts.count == 1)
        #expect(record.attempts[0].duration == .milliseconds(30))
        #expect(record.attempts[0].outcome == .accepted)
        #expect(record.endedAt == harness.time.timestamp())
        #expect(harness.dispatcher.snapshot().queue.count == 0)
    }

    @Test func `a second completion of one attempt changes nothing`() throws {
        let harness = try GatewayHarness()
        harness.accept(harness.message())
        harness.journal.commit()
        let index = harness.transport.sent.count - 1
        harness.transport.complete(index, .success(.ok))
        harness.transport.complete(index, .success(.errcode(47003)))
        harness.transport.complete(index, .failure(TransportFailure(.reset, bytesLeft: true)))
        harness.journal.commit()
        #expect(harness.journal.appends.count == 2)
        #expect(harness.dispatcher.snapshot().inFlight == 0)
    }

    @Test func `what can't be put on disk is refused, not sent, and leaves its permit`() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.defaultLimit = .single
        let harness = try GatewayHarness(configuration)
        harness.journal.fail(with: .full("no room"))
        let answer = harness.accept(harness.message())
        harness.journal.commit()
        #expect(answer.kinds == ["journal"])
        #expect(harness.calls.isEmpty)
        #expect(harness.dispatcher.snapshot().queue.count == 0)
        #expect(harness.dispatcher.snapshot().gates.first?.available == 1)
        #expect(harness.dispatcher.snapshot().inFlight == 0)
        #expect(!harness.dispatcher.isJournalWritable)

        harness.journal.fail(with: nil)
        harness.dispatcher.setJournalWritable(true)
        let next = harness.accept(harness.message())
        harness.journal.commit()
        #expect(next.kinds == ["ok"])
        #expect(harness.calls.count == 1)
    }

    @Test func `while the journal can't be written waiting messages stay and relayed calls pass`() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.limits[Path.template] = .single
        let harness = try GatewayHarness(configuration)
        harness.accept(harness.message())
        let waiting = harness.message()
        harness.accept(waiting)
        harness.journal.commit()
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        harness.journal.fail(with: .readOnly("read-only file system"))
        harness.advance(.seconds(60))
        harness.journal.commit()
        #expect(harness.calls.count == 1)
        #expect(harness.dispatcher.waiting(waiting.id)?.reason == .journal)
        let ends = Outbox<RelayEnd>()
        let call = harness.call(Path.menu, ends: ends)
        _ = harness.dispatcher.relay(call, priority: .normal, retryClass: "available")
        #expect(harness.calls.count == 2)
        harness.journal.fail(with: nil)
        harness.dispatcher.setJournalWritable(true)
        harness.journal.commit()
        #expect(harness.calls.count == 3)
        #expect(harness.journal.record(waiting.id)?.startedAttempts == 1)
    }

    @Test func `a full queue refuses, and keeps a reserve for what is urgent`() throws {
        var configuration = GatewayHarness.configuration
        configuration.queue.capacity = 10
        configuration.apps["main"]?.defaultLimit = .single
        let harness = try GatewayHarness(configuration)
        _ = harness.gateway.setPaused(true, app: "main")
        let normal = (0..<12).map { _ in harness.accept(harness.message()) }
        let high = (0..<3).map { _ in harness.accept(harness.message(priority: .high)) }
        harness.journal.commit()
        #expect(normal.map(\.kinds) == Array(repeating: ["ok"], count: 9) + Array(repeating: ["full"], count: 3))
        #expect(high.map(\.kinds) == [["ok"], ["full"], ["full"]])
        #expect(harness.journal.model.messages.count == 10)
    }

    @Test func `a message whose body is gone fails without an attempt`() throws {
        let harness = try GatewayHarness()
        var message = harness.message()
        message.content.body = []
        harness.accept(message)
        harness.journal.commit()
        #expect(harness.calls.isEmpty)
        #expect(harness.journal.record(message.id)?.state == .failed)
        #expect(harness.journal.record(message.id)?.startedAttempts == 0)
    }

    @Test func `bodies are kept in memory up to a limit and the others are read back`() throws {
        let (long, short) = (Parcel(body: [1, 2, 3, 4], trail: Trail()), Parcel(body: [5, 6], trail: Trail()))
        // A short body has its place and its trail as well.
        #expect(short.size > 100)
        var store = BodyStore(limit: long.size + short.size)
        store.keep(long, for: JobID(rawValue: 1))
        store.keep(long, for: JobID(rawValue: 2))
        store.keep(short, for: JobID(rawValue: 3))
        #expect(store.bytes == store.limit)
        #expect(!store.contains(JobID(rawValue: 2)))
        #expect(store.take(JobID(rawValue: 1))?.body == long.body)
        #expect(store.take(JobID(rawValue: 1)) == nil)
        #expect(store.bytes == short.size)
    }

    @Test func `an expired message ends in the journal without an attempt`() throws {
        let harness = try GatewayHarness()
        _ = harness.gateway.setPaused(true, app: "main")
        let message = harness.message(notAfter: harness.time.timestamp() + .seconds(5))
        harness.accept(message)
        harness.journal.commit()
        harness.advance(.seconds(5))
        harness.journal.commit()
        #expect(harness.journal.appends.last == ["conclude expired"])
        #expect(harness.journal.record(message.id)?.state == .expired)
        #expect(harness.metricsText.contains("state=\"expired\",source=\"client\"} 1"))
    }

    @Test func `the timer starts what was scheduled, without anybody looking`() async throws {
        let harness = try GatewayHarness()
        var message = harness.message()
        message.message.notBefore = harness.time.timestamp() + .seconds(30)
        harness.accept(message)
        harness.journal.commit()
        #expect(harness.calls.isEmpty)
        harness.journal.setManual(false)
        // One sleeper is the token's, the other the queue's.
        await harness.time.waitForSleepers(2)
        harness.time.advance(by: .seconds(30))
        await harness.transport.waitForRequests(2)
        #expect(harness.calls.count == 1)
    }
}
