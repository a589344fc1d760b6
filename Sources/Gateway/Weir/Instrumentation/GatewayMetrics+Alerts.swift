import PrometheusMetrics
import Queueing

extension GatewayMetrics {
    /// A sink of alerts exists: its series start at 0.
    func registerSink(_ sink: String) {
        for result in AlertReport.Result.allCases { _ = alertNotifications.child(sink, result.rawValue) }
        for state in JobState.allCases where state.isTerminal { _ = alertDeliveries.child(sink, state.name) }
    }

    /// A webhook was answered.
    func webhook(_ result: AlertWebhookResult) {
        alertWebhooks.child(result.rawValue).increment()
    }

    /// A sink's part of a webhook was decided.
    func notified(_ result: AlertReport.Result, sink: String) {
        alertNotifications.child(sink, result.rawValue).increment()
    }

    /// A message about alerts has ended.
    func delivered(_ state: JobState, sink: String) {
        alertDeliveries.child(sink, state.name).increment()
    }
}
