import Queueing
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// A gateway with sinks, over a journal that commits by itself.
struct AlertBench {
    let harness: GatewayHarness
    let caller = Caller(name: "orders")

    /// - Parameter journal: Of an earlier process, whose messages are taken over.
    init(
        _ alerts: AlertConfiguration = AlertFixtures.configuration(),
        journal: MemoryJournal = MemoryJournal(),
        at timestamp: Timestamp = Timestamp.noon,
        isRestored: Bool = true,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["second"] = ClientConfiguration(keys: ["KEY-of-second"])
        configuration.alerts = alerts
        change(&configuration)
        harness = try GatewayHarness(configuration, journal: journal, at: timestamp)
        if isRestored { try harness.gateway.restore() }
    }

    @discardableResult
    func post(
        _ webhook: [UInt8] = AlertFixtures.webhook(),
        as caller: Caller? = nil
    ) async throws(MessageRefusal) -> AlertReport {
        let caller = caller ?? self.caller
        return try await harness.gateway.alertService.accept(
            webhook,
            configuration: harness.gateway.live.settings(of: caller).configuration.alerts,
            client: caller.name,
            traceparent: "00-11111111111111111111111111111111-2222222222222222-01"
        )
    }

    /// What a webhook is refused with, if it is.
    func refusal(_ webhook: [UInt8]) async -> MessageRefusal? {
        do throws(MessageRefusal) {
            try await post(webhook)
            return nil
        } catch { return error }
    }

    /// Every message in the journal, the oldest first.
    var messages: [MessageRecord] { harness.journal.model.messages.values.sorted { $0.id < $1.id } }

    /// Those that were not replaced by a summary.
    var standing: [MessageRecord] { messages.filter { $0.state != .cancelled } }

    /// A webhook about an alert of this name, in a group of its own.
    static func webhook(_ name: String, severity: String = "critical", firing: Bool = true) -> [UInt8] {
        AlertFixtures.webhook(
            [AlertFixtures.item(name, severity: severity, firing: firing, fingerprint: name)],
            group: "{}:{alertname=\"\(name)\"}"
        )
    }

    func settle() {
        for _ in 0..<3 { harness.journal.settle() }
    }
}
