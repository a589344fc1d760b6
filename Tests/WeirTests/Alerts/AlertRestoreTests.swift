import Queueing
import Synchronization
import Testing
import Timekeeping
import WeChat

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// What an earlier process left is watched to its end.
struct AlertRestoreTests {
    private func eventually(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    private func count(_ sink: String, _ state: String, in bench: AlertBench) -> Bool {
        bench.harness.metricsText.contains(#"weir_alert_deliveries_total{sink="\#(sink)",state="\#(state)"} 1"#)
    }

    @Test(arguments: [
        (0, "sent"), (43004, "failed"),
    ])
    func `the end of an inherited message is counted, and told when it did not arrive`(
        _ errcode: Int,
        _ state: String
    ) async throws {
        let first = try AlertBench()
        _ = first.harness.gateway.setPaused(true, app: "main")
        try await first.post()
        first.settle()
        let second = try AlertBench(journal: first.harness.journal)
        _ = second.harness.gateway.setPaused(false, app: "main")
        await second.harness.transport.waitForRequests(2)
        second.harness.transport.answer(#"{"errcode":\#(errcode),"errmsg":"","msgid":1}"#)
        await eventually { count("oncall", state, in: second) }
        await eventually { second.harness.log.text.contains("did not arrive") == (state == "failed") }
    }

    @Test func `a robot's message that a kill cut off is counted as unknown and told`() async throws {
        let first = try AlertBench()
        try await first.post(AlertBench.webhook("Slow", severity: "warning"))
        await first.harness.transport.waitForRequests(2)
        let second = try AlertBench(journal: first.harness.journal)
        await eventually { count("team", "unknown", in: second) }
        await eventually { second.harness.log.text.contains("did not arrive") }
        #expect(second.harness.log.text.contains("state=unknown"))
    }

    @Test func `what is not about alerts is not counted, whatever its metadata says`() async throws {
        let first = try AlertBench()
        _ = first.harness.gateway.setPaused(true, app: "main")
        for metadata in ["", "{}", #"{"alert":{"sink":"team"}}"#, #"{"alert":{"sink":"nobody"}}"#, #"{"alert":1}"#] {
            var message = first.harness.message(priority: .urgent)
            message.content.metadata = Array(metadata.utf8)
            first.harness.accept(message)
        }
        try await first.post()
        first.settle()
        let second = try AlertBench(journal: first.harness.journal)
        _ = second.harness.gateway.setPaused(false, app: "main")
        await second.harness.transport.waitForRequests(7)
        for _ in 0..<6 { second.harness.transport.answer(#"{"errcode":0,"errmsg":"","msgid":1}"#) }
        second.settle()
        await eventually { count("oncall", "sent", in: second) }
        #expect(count("oncall", "sent", in: second) && !count("team", "sent", in: second))
        #expect(!second.harness.metricsText.contains("nobody"))
    }

    @Test func `only so many messages are looked at for it`() throws {
        let bench = try AlertBench()
        let service = bench.harness.gateway.alertService
        for number in 0..<AlertService.inheritedLimit + 10 {
            service.watch(
                RestoredMessage(
                    Message(
                        id: JobID(rawValue: UInt64(number + 1)),
                        app: "main",
                        client: "orders",
                        type: .template,
                        priority: .urgent,
                        createdAt: Timestamp.noon
                    ),
                    MessageProgress()
                )
            )
        }
        #expect(service.inherited.withLock { $0 } == AlertService.inheritedLimit)
    }
}
