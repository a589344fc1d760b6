import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Budgeting
@testable import Dispatching
@testable import Relaying
@testable import Weir

/// Relayed calls against their client's daily budget.
@Suite struct RelayBudgetTests {
    private func bench(_ limit: Int, _ change: (inout GatewayConfiguration) -> Void = { _ in }) throws -> RelayBench {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.budgets = [BudgetConfiguration(limit: limit)]
        change(&configuration)
        let harness = try GatewayHarness(configuration)
        harness.journal.setManual(false)
        return RelayBench(harness)
    }

    private func used(_ bench: RelayBench) -> Int { bench.harness.gateway.budgets()[0].used }

    @Test func `a call too many gets 990013 with the time, and every answer tells what is left`() async throws {
        let bench = try bench(2)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        let first = await bench.send(target, reply: .ok)
        #expect(first.header("RateLimit-Policy") == #""budget";q=2;w=86400"#)
        #expect(first.header("RateLimit") == #""budget";r=1;t=43200"#)
        // WeChat's refusal counts there, and here.
        let second = await bench.send(target, reply: .errcode(40037))
        #expect(second.header("RateLimit") == #""budget";r=0;t=43200"#)
        let third = await bench.send(target)
        #expect(third.errcode == 990_013 && third.refusal == .budgetExceeded)
        #expect(third.header("Retry-After") == "43200" && third.header("RateLimit") == #""budget";r=0;t=43200"#)
        #expect(third.errmsg?.contains("daily budget of all calls is used up, 2 of 2") == true)
        let text = bench.harness.metricsText
        #expect(text.contains(#"weir_relay_refusals_total{app="main",errcode="990013",reason="budget"} 1"#))
        #expect(text.contains(#"weir_client_calls_total{client="orders",app="main",result="caller"} 1"#))
        bench.harness.advance(.seconds(43_200))
        #expect(used(bench) == 0)
    }

    @Test func `a call for which WeChat was not asked is given back`() async throws {
        let bench = try bench(5)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        _ = bench.harness.gateway.setPaused(true, app: "main")
        #expect(await bench.send(target).errcode == 990_004)
        #expect(used(bench) == 0)
        _ = bench.harness.gateway.setPaused(false, app: "main")
        let lost = await bench.send(target, results: [.failure(TransportFailure(.connect, bytesLeft: false))]) {
            $0.timeout = .milliseconds(1)
        }
        #expect(lost.refusal == .unreachable && used(bench) == 0)
        _ = await bench.send(target, reply: .ok)
        #expect(used(bench) == 1)
    }

    private static let connect = TransportFailure(.connect, bytesLeft: false)

    /// What attempts come to, and whether the call counts.
    static let ends: [(results: [Result<UpstreamReply, TransportFailure>], counts: Bool)] = [
        ([.failure(TransportFailure(.shortage, bytesLeft: false))], false),
        ([.failure(TransportFailure(.invalid, bytesLeft: false))], false),
        ([.failure(connect), .failure(connect)], false),
        ([.failure(TransportFailure(.timeout, bytesLeft: true))], true),
        ([.success(.errcode(-1)), .failure(connect)], true),
    ]

    @Test(arguments: ends)
    func `a call counts where a byte of any of its attempts may have left`(
        results: [Result<UpstreamReply, TransportFailure>],
        counts: Bool
    ) async throws {
        let bench = try bench(5)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await bench.send(target, body: "{}") { $0.timeout = .seconds(3) } }
            group.addTask {
                // Later attempts come to the same as the last, until the call's time is over.
                var left = results[...]
                while !Task.isCancelled {
                    if let result = left.first, bench.harness.transport.answer(result) {
                        if left.count > 1 { left.removeFirst() }
                    } else {
                        bench.harness.advance(.milliseconds(100))
                    }
                    await Task.yield()
                }
            }
            await group.next()
            group.cancelAll()
        }
        #expect(used(bench) == (counts ? 1 : 0))
    }

    @Test func `what uses no token of the app's counts in no budget`() async throws {
        let bench = try bench(5)
        _ = await bench.send("\(Path.custom)?access_token=FOREIGN-TOKEN", reply: .ok)
        #expect(used(bench) == 0)
    }

    @Test func `a journal that can't be written does not stand in the relay's way`() async throws {
        let bench = try bench(2)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        bench.harness.journal.fail(with: .full("no room"))
        #expect(await bench.send(target, reply: .ok).errcode == 0)
        #expect(used(bench) == 1)
    }

    @Test func `a caller without limits is told of none, one with a rate of that`() async throws {
        let plain = try RelayBench()
        let target = "\(Path.custom)?access_token=\(await plain.token)"
        #expect(await plain.send(target, reply: .ok).header("RateLimit") == nil)
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.rate = RateLimit(permits: 1, per: .seconds(60), burst: 1)
        let limited = try RelayBench(configuration)
        #expect(await limited.send(target, reply: .ok).header("RateLimit") == #""rate";r=0;t=60"#)
        let over = await limited.send(target)
        #expect(over.refusal == .rateLimited && over.header("RateLimit") == #""rate";r=0;t=60"#)
    }
}
