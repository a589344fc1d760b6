import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// Every errcode of Weir's own, as a caller meets it.
@Suite struct RelayRefusalTests {
    private static let failed = Result<UpstreamReply, TransportFailure>.failure(
        TransportFailure(.connect, bytesLeft: false)
    )

    /// Checks the form that all share.
    private func check(_ reply: RelayReply, _ refusal: RelayRefusal, retryAfter: String? = nil) {
        #expect(reply.errcode == refusal.rawValue)
        #expect(reply.refusal == refusal)
        #expect(reply.status == 200)
        #expect(reply.header("Content-Type")?.hasPrefix("application/json") == true)
        #expect(reply.errmsg?.hasPrefix("weir: ") == true)
        #expect(reply.errmsg?.hasSuffix(" rid: \(RequestTrace.testID)") == true)
        if refusal.invitesRetry {
            #expect(reply.header("Retry-After").flatMap(Int.init).map { $0 >= 1 } == true)
        } else {
            #expect(reply.header("Retry-After") == nil)
        }
        if let retryAfter { #expect(reply.header("Retry-After") == retryAfter) }
    }

    @Test func `990001: no permit before the deadline`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.apps["main"]?.defaultLimit = .single
        let bench = try RelayBench(configuration)
        let token = await bench.token
        #expect(await bench.send("\(Path.custom)?access_token=\(token)", reply: .ok).errcode == 0)
        // At once, as nothing would come of the wait.
        check(await bench.send("\(Path.custom)?access_token=\(token)"), .rateLimited, retryAfter: "56")
    }

    @Test func `990002: the breaker is open`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        _ = await bench.send("\(Path.custom)?access_token=\(token)", reply: .ok)
        _ = bench.harness.gateway.force(.open, breaker: "main~api.weixin.qq.com~message")
        check(await bench.send("\(Path.template)?access_token=\(token)"), .breakerOpen, retryAfter: "10")
    }

    @Test func `990003: bytes left and no answer came`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let lost = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.timeout, bytesLeft: true))
        check(await bench.send("\(Path.custom)?access_token=\(token)", results: [lost]), .outcomeUnknown)
    }

    @Test func `990004: paused, and credentials that WeChat refuses`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        _ = bench.harness.gateway.setPaused(true, app: "main")
        check(await bench.send("\(Path.custom)?access_token=\(token)"), .appUnavailable)
        _ = bench.harness.gateway.setPaused(false, app: "main")
        _ = await bench.send("\(Path.custom)?access_token=\(token)", reply: .errcode(40164))
        check(await bench.send("\(Path.custom)?access_token=\(token)"), .appUnavailable, retryAfter: "60")
    }

    @Test func `990005: the daily quota is used up, with the time of its reset`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        #expect(await bench.send("\(Path.custom)?access_token=\(token)", reply: .errcode(45009)).errcode == 45009)
        check(await bench.send("\(Path.custom)?access_token=\(token)"), .quotaExhausted, retryAfter: "43200")
        #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0)
    }

    @Test func `a quota that is used up is told while nothing waits, until it is cleared`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        _ = await bench.send("\(Path.custom)?access_token=\(token)", reply: .errcode(45009))
        let lane = #"weir_lane_blocked{app="main",api="\#(Path.custom)",reason="quota_exhausted"}"#
        #expect(bench.harness.metricsText.contains("\(lane) 1"))
        _ = bench.harness.gateway.setPaused(false, app: "main")
        #expect(bench.harness.metricsText.contains("\(lane) 0"))
    }

    @Test func `990006: an unknown client or token`() async throws {
        let bench = try RelayBench()
        check(await bench.send("\(Path.custom)?access_token=weir1.a.b.c"), .unknownClient)
    }

    @Test func `990008: the body is too large`() async throws {
        let bench = try RelayBench()
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        let reply = await bench.send(target) {
            $0.body = { _ throws(RelayBodyError) in throw .tooLarge(limit: 20 << 20) }
        }
        check(reply, .requestTooLarge)
        #expect(reply.connection == .closes)
        #expect(await bench.send(target) { $0.declaredLength = 21 << 20 }.errcode == 990_008)
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `990009: no byte was sent`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send(
            "\(Path.custom)?access_token=\(token)",
            results: Array(repeating: RelayRefusalTests.failed, count: 5)
        ) {
            $0.timeout = .seconds(60)
        }
        check(reply, .unreachable)
        #expect(bench.harness.calls.count == 5)
    }

    @Test func `990010: too many wait, and shutting down`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.maxWaiting = 0
        let bench = try RelayBench(configuration)
        let token = await bench.token
        check(await bench.send("\(Path.custom)?access_token=\(token)"), .overloaded)
        bench.harness.gateway.stopAccepting()
        let request = RelayRequest(method: "POST", target: "\(Path.custom)?access_token=\(token)", trace: .test())
        check(await bench.harness.gateway.relay(request) { _ in }, .overloaded)
    }

    @Test func `990011: not relayed`() async throws {
        let bench = try RelayBench()
        check(await bench.send("/pay/unifiedorder"), .notRelayed)
    }

    @Test func `990012: WeChat is busy`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send(
            "\(Path.custom)?access_token=\(token)",
            results: [.success(.errcode(-1))]
        ) { $0.timeout = .milliseconds(1) }
        check(reply, .busy)
    }

    @Test func `without a token the call waits for one and is then told that nothing was sent`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        bench.harness.time.advance(by: .seconds(7300))
        async let pending = bench.send("\(Path.custom)?access_token=\(token)")
        while bench.harness.dispatcher.snapshot().relayedWaiting == 0 { await Task.yield() }
        bench.harness.advance(.seconds(5))
        check(await pending, .unreachable)
    }
}
