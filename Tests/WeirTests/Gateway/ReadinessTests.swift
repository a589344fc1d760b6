import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Weir

/// Whether any app can be served, as `/readyz` tells it.
@Suite struct ReadinessTests {
    private static func harness(hasToken: Bool = false) throws -> GatewayHarness {
        var configuration = GatewayHarness.configuration
        configuration.apps["second"] = AppConfiguration(appID: "wx2", secret: "S2")
        let harness = try GatewayHarness(configuration, hasToken: hasToken)
        if !hasToken { harness.startKeepers() }
        return harness
    }

    @Test func `it is told when no app has had a token for a minute, not before`() throws {
        let harness = try ReadinessTests.harness()
        for _ in 0..<2 { harness.transport.answer(.success(.errcode(40125))) }
        #expect(harness.gateway.appsReadiness().problem == nil)
        harness.time.advance(by: .seconds(59))
        #expect(harness.gateway.appsReadiness().problem == nil)
        harness.time.advance(by: .seconds(1))
        let readiness = harness.gateway.appsReadiness()
        #expect(readiness.problem == "no app has an access_token; messages wait until one has")
        #expect(readiness.line == "0 of 2 have an access_token; WeChat refuses it to 2 (errcode 40125)")
    }

    @Test func `one app that has one is enough`() throws {
        let harness = try ReadinessTests.harness()
        harness.transport.answer(.success(.errcode(40125)))
        harness.transport.answer(.success(.token("T")))
        harness.time.advance(by: .seconds(600))
        let readiness = harness.gateway.appsReadiness()
        #expect(readiness.problem == nil)
        #expect(readiness.line == "1 of 2 has an access_token; WeChat refuses it to 1 (errcode 40125)")
    }

    @Test func `an endpoint that can't be reached is told as one`() throws {
        let harness = try ReadinessTests.harness()
        harness.time.advance(by: .seconds(61))
        #expect(harness.gateway.appsReadiness().problem?.contains("can't be reached") == true)
        #expect(harness.gateway.appsReadiness().line == "0 of 2 have an access_token")
    }

    @Test func `a token that WeChat refuses has no life, and is none`() throws {
        let harness = try GatewayHarness(GatewayHarness.withClient)
        #expect(harness.gateway.tokens().first?.status.expiresAt != nil)
        harness.submit(harness.call(Path.custom, ends: Outbox<RelayEnd>()))
        harness.transport.answer(.success(.errcode(40001)))
        #expect(harness.gateway.tokens().first?.status.expiresAt == nil)
        #expect(harness.metricsText.contains("weir_token_expiry_timestamp_seconds{app=\"main\"} 0\n"))
    }
}
