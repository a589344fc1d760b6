import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// WeChat's own codes for Weir's refusals, for whoever asks for them.
@Suite struct RelayCodeTests {
    /// For all clients, for `orders`, and what it then is.
    static let choices: [(RelayConfiguration.ErrorCodes, RelayConfiguration.ErrorCodes?, Bool)] = [
        (.weir, nil, false), (.wechat, nil, true), (.weir, .wechat, true), (.wechat, .weir, false),
    ]

    private func bench(_ all: RelayConfiguration.ErrorCodes, _ own: RelayConfiguration.ErrorCodes?) throws -> RelayBench
    {
        var configuration = GatewayHarness.withClient
        configuration.relay.errorCodes = all
        configuration.clients["orders"]?.errorCodes = own
        configuration.clients["orders"]?.rate = RateLimit(permits: 1, per: .seconds(30), burst: 2)
        return try RelayBench(configuration)
    }

    @Test(arguments: choices)
    func `a used up quota and a rate have WeChat's numbers where asked for`(
        _ all: RelayConfiguration.ErrorCodes,
        _ own: RelayConfiguration.ErrorCodes?,
        _ isWeChats: Bool
    ) async throws {
        let bench = try bench(all, own)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        _ = await bench.send(target, reply: .errcode(45009))
        let quota = await bench.send(target)
        #expect(quota.errcode == (isWeChats ? 45009 : 990_005))
        #expect(quota.refusal == .quotaExhausted)
        #expect(quota.errmsg?.hasPrefix("weir: ") == true)
        #expect(quota.errmsg?.hasSuffix(" rid: \(RequestTrace.testID)") == true)
        let rate = await bench.send(target)
        #expect(rate.errcode == (isWeChats ? 45011 : 990_001))
        #expect(rate.header("Retry-After") == "30")
    }

    @Test func `what means something else keeps Weir's own, and -1 is never sent`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.errorCodes = .wechat
        let bench = try RelayBench(configuration)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        _ = bench.harness.gateway.setPaused(true, app: "main")
        #expect(await bench.send(target).errcode == 990_004)
        _ = bench.harness.gateway.setPaused(false, app: "main")
        #expect(await bench.send("\(Path.custom)?access_token=weir1.x").errcode == 990_006)
        let busy = await bench.send(target, results: [.success(.errcode(-1))]) { $0.timeout = .milliseconds(1) }
        #expect(busy.errcode == 990_012)
        let all = Set(RelayRefusal.allCases.map { $0.errcode(.wechat) })
        #expect(all.filter { $0 < 990_000 }.sorted() == [45009, 45011])
    }

    @Test func `waiting for a permit of the limiter is a rate, too`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.errorCodes = .wechat
        configuration.apps["main"]?.defaultLimit = .single
        let bench = try RelayBench(configuration)
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        _ = await bench.send(target, reply: .ok)
        #expect(await bench.send(target).errcode == 45011)
    }
}
