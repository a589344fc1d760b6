import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

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
        harness.dispatcher.relay(call, priority: .normal, retryClass: "available", limit: limit)
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

    @Test func `an attempt leaves time for a repeat where one is safe`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(isRepeatable: true, timeout: .seconds(4), ends: ends))
        relay(harness, harness.call(Path.custom, isRepeatable: false, timeout: .seconds(4), ends: ends))
        #expect(harness.calls.map(\.request.timeout) == [.seconds(2), .seconds(4)])
        harness.time.advance(by: .seconds(2))
        harness.transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true)))
        harness.advance(.seconds(1))
        #expect(harness.calls.count == 3)
        #expect(harness.calls[2].request.timeout == .seconds(1))
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
        let id = try #require(relay(harness, harness.call(ends: second), limit: .single))
        harness.dispatcher.hangUp(id)
        harness.dispatcher.hangUp(id)
        #expect(second.all.map(DispatcherRelayTests.text) == ["hung up"])
        #expect(harness.dispatcher.snapshot().relayedWaiting == 1)
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

    @Test func `a call that finds no permit before its deadline is refused then`() throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(timeout: .seconds(2), ends: ends), limit: .single)
        relay(harness, harness.call(timeout: .seconds(2), ends: ends), limit: .single)
        harness.advance(.milliseconds(1999))
        #expect(ends.count == 0)
        harness.advance(.milliseconds(1))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["refused rate_limited"])
        #expect(harness.calls.count == 1)
    }

    @Test func `no more calls wait than are allowed`() throws {
        var configuration = GatewayHarness.configuration
        configuration.relay.maxWaiting = 3
        let harness = try GatewayHarness(configuration)
        let ends = Outbox<RelayEnd>()
        for _ in 0..<5 { relay(harness, harness.call(ends: ends), limit: .single) }
        #expect(ends.all.map(DispatcherRelayTests.text) == ["overloaded", "overloaded"])
        harness.transport.answer(.success(.ok))
        relay(harness, harness.call(ends: ends), limit: .single)
        #expect(harness.dispatcher.snapshot().relayedWaiting == 3)
    }

    @Test func `no more bytes wait than are allowed, but one call always may`() throws {
        var configuration = GatewayHarness.configuration
        configuration.relay.maxWaitingBytes = 100
        let harness = try GatewayHarness(configuration)
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(size: 500, ends: ends), limit: .single)
        #expect(ends.count == 0)
        relay(harness, harness.call(size: 1, ends: ends), limit: .single)
        #expect(ends.all.map(DispatcherRelayTests.text) == ["overloaded"])
        harness.transport.answer(.success(.ok))
        relay(harness, harness.call(size: 60, ends: ends), limit: .single)
        relay(harness, harness.call(size: 40, ends: ends), limit: .single)
        relay(harness, harness.call(size: 1, ends: ends), limit: .single)
        #expect(ends.all.map(DispatcherRelayTests.text) == ["overloaded", "attempted 200", "overloaded"])
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
