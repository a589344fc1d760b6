import Resilience
import Testing
import Timekeeping

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// Who may post, how a refusal is answered, counted and told.
struct AlertAdmissionTests {
    private func post(
        _ bench: AlertBench,
        _ webhook: [UInt8] = AlertFixtures.webhook(),
        key: String? = GatewayHarness.key
    ) async -> MessageRefusal? {
        let trace = bench.harness.gateway.traces.begin(call: "accept", traceparent: nil)
        do throws(MessageRefusal) {
            let request = WebhookRequest(key: key, isDirectLoopback: true, trace: trace) {
                _ async throws(RelayBodyError) in webhook
            }
            _ = try await bench.harness.gateway.acceptAlerts(request)
            return nil
        } catch { return error }
    }

    private func bench(_ alerts: AlertConfiguration = AlertFixtures.configuration()) async throws -> AlertBench {
        let bench = try AlertBench(alerts, isRestored: false) { $0.clients["orders"]?.rate = .perMinute(3) }
        let gateway = bench.harness.gateway
        // It runs on until the test's process ends.
        Task { try await gateway.run() }
        while gateway.messagesProblem() != nil { await Task.yield() }
        return bench
    }

    private func count(_ result: String, in bench: AlertBench) -> Bool {
        bench.harness.metricsText.contains(#"weir_alert_webhooks_total{result="\#(result)"} 1"#)
            && bench.harness.log.text.contains("a webhook with alerts was refused")
    }

    @Test func `a stranger, and a client that is not listed, are refused before the body is read`() async throws {
        var alerts = AlertFixtures.configuration()
        alerts.clients = ["second"]
        let bench = try await bench(alerts)
        #expect(await post(bench, key: nil)?.reason == .unauthorized)
        #expect(count("unauthorized", in: bench))
        #expect(await post(bench)?.reason == .forbidden)
        #expect(count("forbidden", in: bench))
        #expect(await post(bench, key: "KEY-of-second") == nil)
    }

    @Test func `without sinks nothing is taken`() async throws {
        let bench = try await bench(AlertConfiguration())
        #expect(await post(bench)?.reason == .notFound)
        #expect(count("unconfigured", in: bench))
    }

    @Test func `Alertmanager comes again when a client is over its rate`() async throws {
        let bench = try await bench()
        for _ in 0..<3 { #expect(await post(bench) == nil) }
        let refused = try #require(await post(bench))
        #expect(refused.reason == .rateLimited && refused.retryAfter != nil)
        #expect(count("rate_limited", in: bench))
        #expect(bench.harness.metricsText.contains(#"weir_alert_webhooks_total{result="duplicate"} 2"#))
    }

    @Test func `another version and other things are refused, counted and told without what they say`() async throws {
        let bench = try await bench()
        #expect(await post(bench, AlertFixtures.webhook(version: "5"))?.reason == .invalid)
        #expect(count("version", in: bench))
        #expect(await post(bench, Array("hunter2".utf8))?.reason == .malformed)
        #expect(count("malformed", in: bench))
        #expect(!bench.harness.log.text.contains("hunter2"))
    }

    @Test func `only so many webhooks are in hand at once, and no client has the last place`() throws {
        let bench = try AlertBench()
        let service = bench.harness.gateway.alertService
        let alerts = AlertFixtures.configuration()
        for (client, share) in zip(["orders", "second", "third", "fourth"], [4, 2, 1, 1]) {
            for _ in 0..<share { try service.enter(client: client, configuration: alerts) }
            #expect { try service.enter(client: client, configuration: alerts) } throws: {
                ($0 as? MessageRefusal)?.reason == .overloaded
            }
        }
        service.leave(client: "second")
        #expect(throws: MessageRefusal.self) { try service.enter(client: "orders", configuration: alerts) }
        try service.enter(client: "fifth", configuration: alerts)
    }

    @Test func `where one client alone may post, all of them are its own`() throws {
        var alerts = AlertFixtures.configuration()
        alerts.clients = ["orders"]
        let bench = try AlertBench(alerts)
        let service = bench.harness.gateway.alertService
        for _ in 0..<AlertService.concurrency { try service.enter(client: "orders", configuration: alerts) }
        #expect(throws: MessageRefusal.self) { try service.enter(client: "orders", configuration: alerts) }
        service.leave(client: "orders")
        try service.enter(client: "orders", configuration: alerts)
    }
}
