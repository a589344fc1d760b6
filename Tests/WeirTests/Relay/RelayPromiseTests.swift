import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// Whether callers got WeChat's word, as the service level counts it, and why Weir answered in its place.
@Suite struct RelayPromiseTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var results: [Result<UpstreamReply, TransportFailure>] = []
        var prepare: @Sendable (RelayBench) -> Void = { _ in }
        /// `nil`: counted neither way.
        var isGood: Bool?
        var reason: RelayRefusalReason?

        var testDescription: String { name }
    }

    private static let lost = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.reset, bytesLeft: true))
    private static let unsent = Result<UpstreamReply, TransportFailure>
        .failure(TransportFailure(.connect, bytesLeft: false))

    static let cases: [Case] = [
        Case(name: "taken", results: [.success(.ok)], isGood: true),
        Case(name: "refused by WeChat", results: [.success(.errcode(43004))], isGood: true),
        Case(name: "over WeChat's rate", results: [.success(.errcode(45011))], isGood: true),
        Case(name: "no answer", results: [lost], isGood: false, reason: .noAnswer),
        Case(
            name: "busy to the last",
            results: Array(repeating: .success(.errcode(-1)), count: 8),
            isGood: false,
            reason: .busy
        ),
        Case(
            name: "out of reach",
            results: Array(repeating: unsent, count: 8),
            isGood: false,
            reason: .unreachable
        ),
        Case(
            name: "paused",
            prepare: { _ = $0.harness.gateway.setPaused(true, app: "main") },
            isGood: false,
            reason: .paused
        ),
        Case(
            name: "breaker",
            prepare: { bench in
                let relayed = bench.harness.call(Path.custom, ends: Outbox<RelayEnd>())
                bench.harness.submit(relayed)
                bench.harness.transport.answer(.success(.ok))
                for breaker in bench.harness.dispatcher.snapshot().breakers {
                    _ = bench.harness.dispatcher.force(.open, breaker: breaker.name)
                }
            },
            isGood: false,
            reason: .breaker
        ),
    ]

    @Test(arguments: 0..<cases.count)
    func `a call is good where its caller gets WeChat's own word`(_ index: Int) async throws {
        let test = RelayPromiseTests.cases[index]
        let bench = try RelayBench()
        let token = await bench.token
        test.prepare(bench)
        let before = counts(bench)
        let reply = await bench.send("\(Path.custom)?access_token=\(token)", results: test.results)
        let after = counts(bench)
        #expect(after.good - before.good == (test.isGood == true ? 1 : 0))
        #expect(after.bad - before.bad == (test.isGood == false ? 1 : 0))
        #expect((reply.refusal == nil) == (test.reason == nil))
        guard let reason = test.reason, let refusal = reply.refusal else { return }
        let labels = "app=\"main\",errcode=\"\(refusal.rawValue)\",reason=\"\(reason.rawValue)\""
        #expect(bench.harness.metricsText.contains("weir_relay_refusals_total{\(labels)} 1"))
    }

    @Test func `what its caller did, and a shutdown, count neither way`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.rate = RateLimit(permits: 1, per: .seconds(60), burst: 1)
        let bench = try RelayBench(configuration)
        let token = await bench.token
        _ = await bench.send("\(Path.custom)?access_token=\(token)", reply: .ok)
        let over = await bench.send("\(Path.custom)?access_token=\(token)", body: "{}")
        #expect(over.errcode == 990_001)
        _ = await bench.send("\(Path.custom)?access_token=weir1.main.orders.nonsense", body: "{}")
        bench.harness.gateway.stopAccepting()
        let trace = RelayRequest(
            method: "POST",
            target: "\(Path.custom)?access_token=\(token)",
            body: [],
            trace: .test()
        )
        _ = await bench.harness.gateway.relay(trace) { _ in }
        #expect(counts(bench) == (good: 1, bad: 0))
        let text = bench.harness.metricsText
        #expect(text.contains("weir_relay_refusals_total{app=\"main\",errcode=\"990001\",reason=\"client_rate\"} 1"))
        #expect(text.contains("weir_relay_refusals_total{app=\"-\",errcode=\"990006\",reason=\"credentials\"} 1"))
        #expect(text.contains("weir_relay_refusals_total{app=\"-\",errcode=\"990010\",reason=\"shutdown\"} 1"))
        #expect(text.contains("weir_relay_refusals_total{app=\"-\",errcode=\"990010\",reason=\"full\"} 0"))
    }

    @Test func `a call with a token of its own is nobody's promise`() async throws {
        let bench = try RelayBench()
        _ = await bench.send("\(Path.custom)?access_token=SOMEBODYS-OWN", reply: .ok)
        #expect(!bench.harness.metricsText.contains("weir_slo_relay_total{"))
    }

    private func counts(_ bench: RelayBench) -> (good: Int, bad: Int) {
        let lines = bench.harness.metricsText.split(separator: "\n")
        func value(_ result: String) -> Int {
            let name = "weir_slo_relay_total{app=\"main\",result=\"\(result)\"} "
            return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) } ?? 0
        }
        return (value("good"), value("bad"))
    }
}
