import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// The way of a relayed call.
@Suite struct DispatcherRelayTests {
    /// `sent 200`, `no answer`, `refused paused` …
    static func text(_ end: RelayEnd) -> String {
        switch end {
        case .attempted(let last):
            last.reply.map { "attempted \($0.status)" } ?? "attempted \(last.failure?.kind.rawValue ?? "")"
        case .refused(let obstacle, let last):
            "refused \(obstacle.reason.rawValue)\(last == nil ? "" : " after an attempt")"
        case .hungUp: "hung up"
        case .overloaded: "overloaded"
        }
    }

    @discardableResult
    private func relay(_ harness: GatewayHarness, _ call: RelayCall, limit: RateLimit = .wide) -> JobID? {
        harness.setLimit(limit)
        return harness.submit(call)
    }

    @Test func `a call is sent at once and ends with the upstream's reply`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(ends: ends))
        #expect(harness.calls.count == 1)
        harness.transport.answer(.success(.ok))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted 200"])
        #expect(harness.journal.appends.isEmpty)
    }

    @Test(arguments: [true, false])
    func `an attempt may take what its caller's time leaves but a short reserve`(_ isRepeatable: Bool) throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(isRepeatable: isRepeatable, timeout: .seconds(4), ends: ends))
        relay(harness, harness.call(isRepeatable: isRepeatable, timeout: .milliseconds(400), ends: ends))
        #expect(harness.calls.map(\.request.timeout) == [.milliseconds(3900), .milliseconds(380)])
        harness.time.advance(by: .milliseconds(3800))
        harness.transport.answer(.success(.ok))
        #expect(ends.all.map(DispatcherRelayTests.text).first == "attempted 200")
    }

    @Test func `an attempt that hangs while newer ones are answered is taken back and repeated`() throws {
        let harness = try GatewayHarness()
        let (hung, others) = (Outbox<RelayEnd>(), Outbox<RelayEnd>())
        relay(harness, harness.call(isRepeatable: true, timeout: .seconds(4), ends: hung))
        let index = harness.transport.count - 1
        let signal = try #require(harness.transport.sent[index].request.cancelSignal)
        harness.advance(.milliseconds(500))
        for _ in 0..<3 {
            relay(harness, harness.call(isRepeatable: true, timeout: .seconds(4), ends: others))
            harness.transport.complete(harness.transport.count - 1, .success(.ok))
        }
        #expect(!signal.isCancelled)
        for _ in 0..<4 { harness.advance(.milliseconds(500)) }
        #expect(signal.isCancelled)
        harness.transport.complete(index, .failure(TransportFailure(.cancelled, bytesLeft: true)))
        harness.advance(.milliseconds(1))
        harness.transport.answer(.success(.ok))
        #expect(hung.all.map(DispatcherRelayTests.text) == ["attempted 200"])
        #expect(others.count == 3)
    }

    @Test func `an attempt that hangs while nothing is answered keeps its time`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        for _ in 0..<5 { relay(harness, harness.call(isRepeatable: true, timeout: .seconds(4), ends: ends)) }
        for _ in 0..<7 { harness.advance(.milliseconds(500)) }
        for _ in 0..<5 { harness.transport.answer(.success(.ok)) }
        #expect(ends.all.map(DispatcherRelayTests.text) == Array(repeating: "attempted 200", count: 5))
        #expect(harness.calls.count == 5)
    }

    @Test func `a call whose repeat is not safe ends with its first unknown outcome`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(Path.custom, isRepeatable: false, ends: ends))
        harness.transport.answer(.failure(TransportFailure(.reset, bytesLeft: true)))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted reset"])
        harness.advance(.seconds(4))
        #expect(harness.calls.count == 1)
    }

    @Test func `a call that nothing left of is repeated whatever it is`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(Path.custom, isRepeatable: false, ends: ends))
        harness.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        #expect(ends.count == 0)
        harness.advance(.seconds(1))
        #expect(harness.calls.count == 2)
    }

    @Test func `a caller that hangs up while it waits ends its call`() throws {
        let harness = try GatewayHarness()
        let (first, second) = (Outbox<RelayEnd>(), Outbox<RelayEnd>())
        relay(harness, harness.call(ends: first), limit: .single)
        let call = harness.call(timeout: .seconds(100), ends: second)
        let id = try #require(relay(harness, call, limit: .single))
        harness.dispatcher.hangUp(id)
        harness.dispatcher.hangUp(id)
        #expect(second.all.map(DispatcherRelayTests.text) == ["hung up"])
        #expect(harness.dispatcher.snapshot().relayedWaiting == 0)
        harness.advance(.seconds(60))
        #expect(harness.calls.count == 1)
    }

    @Test func `a caller that hangs up while its attempt is on its way gets no second one`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        let id = try #require(relay(harness, harness.call(ends: ends)))
        harness.dispatcher.hangUp(id)
        #expect(ends.count == 0)
        harness.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        harness.advance(.seconds(2))
        #expect(harness.calls.count == 1)
        #expect(ends.count == 1)
        #expect(harness.dispatcher.snapshot().relayedWaiting == 0)
    }

    @Test func `a call whose permit would come too late is refused at once`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(timeout: .seconds(2), ends: ends), limit: .single)
        relay(harness, harness.call(timeout: .seconds(2), ends: ends), limit: .single)
        #expect(ends.all.map(DispatcherRelayTests.text) == ["refused rate_limited"])
        #expect(harness.calls.count == 1)
    }

    @Test func `calls before it in the lane count, and so does the time that an answer takes`() throws {
        let harness = try GatewayHarness()
        let limit = RateLimit(permits: 10, per: .seconds(1), burst: 1)
        let (first, ends) = (Outbox<RelayEnd>(), Outbox<RelayEnd>())
        relay(harness, harness.call(timeout: .seconds(2), ends: first), limit: limit)
        harness.time.advance(by: .milliseconds(500))
        harness.transport.answer(.success(.ok))
        // One goes at once; after the first answer an attempt is taken to need up to a second and a half.
        for _ in 0..<30 { relay(harness, harness.call(timeout: .seconds(3), ends: ends), limit: limit) }
        let refused = ends.all.count { DispatcherRelayTests.text($0) == "refused rate_limited" }
        #expect((18...20).contains(refused))
        #expect(harness.calls.count == 2)
    }

    @Test func `no more calls wait than are allowed`() throws {
        var configuration = GatewayHarness.configuration
        configuration.relay.maxWaiting = 3
        let harness = try GatewayHarness(configuration)
        let ends = Outbox<RelayEnd>()
        // One is on its way and takes no place.
        for _ in 0..<6 { relay(harness, harness.call(timeout: .seconds(600), ends: ends), limit: .single) }
        #expect(ends.all.map(DispatcherRelayTests.text) == ["overloaded", "overloaded"])
        #expect(harness.dispatcher.snapshot().relayedWaiting == 3)
        harness.advance(.seconds(60))
        relay(harness, harness.call(timeout: .seconds(600), ends: ends), limit: .single)
        #expect(harness.dispatcher.snapshot().relayedWaiting == 3)
        #expect(ends.count == 2)
    }

    @Test func `no more bytes wait than are allowed, but one call always may`() throws {
        var configuration = GatewayHarness.configuration
        configuration.relay.maxWaitingBytes = 100_000
        let harness = try GatewayHarness(configuration)
        let ends = Outbox<RelayEnd>()
        func send(_ size: Int) {
            relay(harness, harness.call(timeout: .seconds(600), size: size, ends: ends), limit: .single)
        }
        // It goes at once: bytes in flight don't wait.
        send(500_000)
        send(500_000)
        #expect(ends.count == 0)
        send(20_000)
        #expect(ends.all.map(DispatcherRelayTests.text) == ["overloaded"])
        // A small one finds room beside the large ones.
        send(WaitingRoom.smallBody)
        #expect(ends.count == 1)
    }

    @Test func `a call that hangs is answered when the transport gives up, once`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(Path.custom, isRepeatable: false, ends: ends))
        harness.advance(.seconds(60))
        #expect(ends.count == 0)
        #expect(harness.calls.count == 1)
        harness.transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true)))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted timeout"])
        harness.transport.complete(harness.transport.sent.count - 1, .success(.ok))
        #expect(ends.count == 1)
    }

    @Test func `with an open breaker a call hears so at once`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(ends: ends))
        harness.transport.answer(.success(.ok))
        let name = try #require(harness.dispatcher.snapshot().breakers.first?.name)
        #expect(name == "main~api.weixin.qq.com~message")
        #expect(harness.gateway.force(.open, breaker: name))
        relay(harness, harness.call(ends: ends))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted 200", "refused breaker_open"])
        #expect(!harness.gateway.force(.open, breaker: "no such"))
    }

    @Test func `a retry that the breaker stops ends with what the attempt brought`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(ends: ends))
        harness.transport.answer(.success(.errcode(-1)))
        #expect(ends.count == 0)
        let name = try #require(harness.dispatcher.snapshot().breakers.first?.name)
        _ = harness.gateway.force(.open, breaker: name)
        harness.advance(.seconds(1))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["refused breaker_open after an attempt"])
    }
}
