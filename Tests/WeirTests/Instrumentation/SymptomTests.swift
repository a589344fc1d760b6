import Intake
import Queueing
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What a scrape tells of each app's messages.
@Suite struct SymptomTests {
    private func lines(_ harness: GatewayHarness, _ name: String) -> [String] {
        harness.metricsText.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name + "{") }
            .map { String($0.dropFirst(name.count)) }
    }

    private static var twoApps: GatewayConfiguration {
        var configuration = GatewayHarness.withClient
        var app = AppConfiguration(appID: "wx2", secret: "S2")
        app.defaultLimit = .wide
        configuration.apps["quiet"] = app
        return configuration
    }

    @Test func `only apps that have something to say have series, and these go with what they said`() throws {
        let harness = try GatewayHarness(SymptomTests.twoApps, journal: MemoryJournal())
        #expect(lines(harness, "weir_app_queue_depth").isEmpty)
        _ = harness.gateway.setPaused(true, app: "main")
        let record = harness.message(priority: .high)
        harness.accept(record)
        harness.journal.settle()
        let since = harness.time.timestamp().seconds
        #expect(lines(harness, "weir_app_queue_depth") == [#"{app="main",priority="high",state="ready"} 1"#])
        #expect(lines(harness, "weir_app_oldest_unsent_timestamp_seconds").count == 1)
        let oldest = lines(harness, "weir_app_oldest_unsent_timestamp_seconds")[0]
        #expect(Double(oldest.split(separator: " ")[1]) == since)
        // What may become bad is there at 0 first.
        #expect(
            lines(harness, "weir_slo_messages_total") == [
                #"{app="main",priority="high",result="bad"} 0"#, #"{app="main",priority="high",result="good"} 0"#,
            ]
        )
        harness.advance(.seconds(305))
        #expect(lines(harness, "weir_slo_messages_total").first == #"{app="main",priority="high",result="bad"} 1"#)
        harness.dispatcher.cancel(record.id) { _ in }
        harness.journal.settle()
        #expect(lines(harness, "weir_app_queue_depth").isEmpty)
        #expect(lines(harness, "weir_app_oldest_unsent_timestamp_seconds").isEmpty)
        #expect(lines(harness, "weir_slo_messages_total").first == #"{app="main",priority="high",result="bad"} 1"#)
    }

    @Test func `ten messages a day, and WeChat out of reach: told with the first, and over with the next success`()
        throws
    {
        let harness = try GatewayHarness(GatewayHarness.withClient, journal: MemoryJournal())
        #expect(lines(harness, "weir_app_failing_since_timestamp_seconds") == [#"{app="main"} 0"#])
        harness.accept(harness.message(.custom))
        harness.journal.settle()
        harness.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        let since = harness.time.timestamp().seconds
        harness.advance(.seconds(200))
        let told = lines(harness, "weir_app_failing_since_timestamp_seconds")
        #expect(told.first.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } == since)
        harness.journal.settle()
        harness.transport.answer(.success(.ok))
        #expect(lines(harness, "weir_app_failing_since_timestamp_seconds") == [#"{app="main"} 0"#])
    }

    @Test func `a token request that fails is told as an attempt is`() throws {
        let harness = try GatewayHarness(hasToken: false)
        harness.startKeepers()
        #expect(lines(harness, "weir_app_failing_since_timestamp_seconds").isEmpty)
        harness.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        #expect(lines(harness, "weir_app_failing_since_timestamp_seconds").first?.hasSuffix(" 0") == false)
    }

    // MARK: Acceptance

    @Test func `accepted is good, and so is the same again; a full queue is bad, a wrong message neither`() async throws
    {
        let bench = try MessageBench { $0.queue.capacity = 2 }
        _ = bench.harness.gateway.setPaused(true, app: "main")
        try await bench.accept(key: "a")
        try await bench.accept(key: "a")
        try await bench.accept("\"priority\":\"urgent\"", key: "b")
        await #expect(throws: MessageRefusal.self) { try await bench.accept() }
        #expect(await bench.refusal(Array("{\"type\":\"nonsense\"}".utf8))?.reason == .invalid)
        #expect(
            lines(bench.harness, "weir_slo_acceptance_total") == [
                #"{app="main",result="bad"} 1"#, #"{app="main",result="good"} 3"#,
            ]
        )
    }

    @Test func `a message that a broken journal turns away counts for its app, if it was a proper one`() async throws {
        let bench = try MessageBench()
        bench.harness.journal.fail(with: .full("disk full"))
        bench.harness.dispatcher.setJournalWritable(false)
        bench.harness.gateway.isReady.withLock { $0 = true }
        for body in [MessageBench.body(), Array("not JSON".utf8), MessageBench.body("\"app\":\"nobodys\"")] {
            await #expect(throws: MessageRefusal.self) {
                try await bench.harness.gateway.accept(body, idempotencyKey: nil, caller: bench.orders, trace: .test())
            }
        }
        #expect(lines(bench.harness, "weir_slo_acceptance_total").first == #"{app="main",result="bad"} 1"#)
    }

    @Test func `what Weir sends about alerts is told apart, and no promise`() async throws {
        let harness = try GatewayHarness(GatewayHarness.withClient, journal: MemoryJournal())
        let new = NewMessage(
            app: "main",
            client: "orders",
            type: .custom,
            priority: .urgent,
            retryClass: "consistent",
            source: .alert,
            content: MessageContent(body: Array("{}".utf8))
        )
        _ = try await harness.gateway.intake.admit(new)
        harness.journal.settle()
        await harness.transport.waitForRequests(harness.transport.count)
        harness.transport.answer(.success(.ok))
        harness.journal.settle()
        let accepted = lines(harness, "weir_messages_accepted_total").filter { $0.hasSuffix(" 1") }
        #expect(accepted == [#"{app="main",type="custom",priority="urgent",source="alert"} 1"#])
        let ended = lines(harness, "weir_messages_ended_total").filter { $0.hasSuffix(" 1") }
        #expect(ended == [#"{app="main",type="custom",priority="urgent",state="sent",source="alert"} 1"#])
        #expect(
            lines(harness, "weir_slo_messages_total").isEmpty && lines(harness, "weir_slo_acceptance_total").isEmpty
        )
    }
}
