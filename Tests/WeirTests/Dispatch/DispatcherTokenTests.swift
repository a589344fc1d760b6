import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// Calls and the app's token.
@Suite struct DispatcherTokenTests {
    @discardableResult
    private func relay(_ harness: GatewayHarness, _ call: RelayCall) -> JobID? {
        harness.dispatcher.relay(call, priority: .normal, retryClass: "available")
    }

    @Test func `a call whose token was superseded goes once more with the new one`() async throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(Path.custom, isRepeatable: false, ends: ends))
        harness.transport.answer(.success(.errcode(40001)))
        // Nobody may take the rejected token meanwhile.
        #expect(ends.count == 0)
        #expect(harness.calls.count == 1)
        await harness.transport.waitForRequests(3)
        harness.transport.answer(.success(.token("REAL-TOKEN-2")))
        await harness.transport.waitForRequests(4)
        #expect(harness.calls.map(\.request.target).last?.hasSuffix("REAL-TOKEN-2") == true)
        harness.transport.answer(.success(.ok))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted 200"])
        #expect(harness.calls.count == 2)
    }

    @Test func `a call is tried with a new token once and no more`() async throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(Path.custom, isRepeatable: false, ends: ends))
        harness.transport.answer(.success(.errcode(42001)))
        await harness.transport.waitForRequests(3)
        harness.transport.answer(.success(.token("REAL-TOKEN-2")))
        await harness.transport.waitForRequests(4)
        harness.transport.answer(.success(.errcode(40001)))
        #expect(ends.count == 1)
        #expect(harness.calls.count == 2)
    }

    @Test func `many calls that were rejected with one token cost one fetch`() async throws {
        let harness = try GatewayHarness()
        let ends = Outbox<RelayEnd>()
        for _ in 0..<50 {
            relay(harness, harness.call(Path.custom, isRepeatable: false, timeout: .seconds(4), ends: ends))
        }
        for _ in 0..<50 { harness.transport.answer(.success(.errcode(40001))) }
        await harness.transport.waitForRequests(52)
        #expect(harness.transport.sent.filter(\.isTokenRequest).count == 2)
        harness.transport.answer(.success(.token("REAL-TOKEN-2")))
        await harness.transport.waitForRequests(102)
        #expect(harness.calls.suffix(50).allSatisfy { $0.request.target.hasSuffix("REAL-TOKEN-2") })
        #expect(harness.transport.sent.filter(\.isTokenRequest).count == 2)
    }

    @Test func `a message without a token waits for one, without an attempt`() async throws {
        let harness = try GatewayHarness(hasToken: false)
        let message = harness.message()
        let answer = harness.accept(message)
        harness.journal.commit()
        #expect(answer.kinds == ["ok"])
        #expect(harness.calls.isEmpty)
        #expect(harness.dispatcher.waiting(message.id)?.reason == .noToken)
        harness.startKeepers()
        harness.transport.answer(.success(.token("REAL-TOKEN-1")))
        harness.journal.commit()
        #expect(harness.calls.count == 1)
    }

    @Test func `a token that went away between decision and departure gives the attempt back`() throws {
        let harness = try GatewayHarness()
        let message = harness.message()
        harness.accept(message)
        // Its start is decided and not on disk yet; now the token ends.
        harness.time.advance(by: .seconds(7300))
        harness.journal.commit()
        #expect(harness.calls.isEmpty)
        #expect(harness.journal.appends == [["accept", "start 1"], ["conclude pending"]])
        #expect(harness.journal.record(message.id)?.startedAttempts == 0)
        #expect(harness.dispatcher.snapshot().inFlight == 0)
        harness.transport.answer(.success(.token("REAL-TOKEN-2")))
    }

    @Test func `an operator's fault refuses calls at once and keeps messages`() throws {
        let harness = try GatewayHarness(hasToken: false)
        harness.startKeepers()
        harness.transport.answer(.success(.errcode(40125)))
        let ends = Outbox<RelayEnd>()
        relay(harness, harness.call(ends: ends))
        #expect(ends.all.map(DispatcherRelayTests.text) == ["refused credentials"])
        let message = harness.message()
        harness.accept(message)
        harness.journal.commit()
        #expect(harness.dispatcher.waiting(message.id)?.reason == .credentials)
        #expect(harness.log.text.contains("access_token could not be fetched"))
    }

    @Test func `two apps have nothing of each other`() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["zweite"] = AppConfiguration(appID: "wx2", secret: "APPSECRET-2")
        let harness = try GatewayHarness(configuration, hasToken: false)
        harness.startKeepers()
        #expect(harness.transport.sent.map(\.body).filter { $0.contains("wx2") }.count == 1)
        harness.transport.answer(.success(.errcode(40013)))
        harness.transport.answer(.success(.token("TOKEN-OF-2")))
        let (first, second) = (Outbox<RelayEnd>(), Outbox<RelayEnd>())
        relay(harness, harness.call(ends: first))
        relay(harness, harness.call(app: 1, ends: second))
        #expect(first.all.map(DispatcherRelayTests.text) == ["refused credentials"])
        #expect(harness.calls.map(\.request.target) == ["/cgi-bin/message/template/send?access_token=TOKEN-OF-2"])
        harness.transport.answer(.success(.errcode(45009)))
        harness.accept(harness.message(app: 0))
        #expect(
            harness.dispatcher.snapshot().gates.filter { $0.app == "main" }.allSatisfy {
                $0.obstacle?.reason == .credentials
            }
        )
    }

    @Test func `a call without a token of ours leaves our token and our gates alone`() throws {
        let harness = try GatewayHarness()
        for code in [40001, 42001, 48001, 50002, 45009, 45011] {
            let ends = Outbox<RelayEnd>()
            relay(harness, harness.call(isRepeatable: false, usesToken: false, ends: ends))
            harness.transport.answer(.success(.errcode(code)))
            #expect(ends.all.map(DispatcherRelayTests.text) == ["attempted 200"], "\(code)")
        }
        #expect(harness.transport.sent.filter(\.isTokenRequest).count == 1)
        #expect(harness.dispatcher.snapshot().gates.allSatisfy { $0.obstacle == nil })
        #expect(harness.dispatcher.snapshot().apps.allSatisfy { $0.hold == nil })
    }
}
