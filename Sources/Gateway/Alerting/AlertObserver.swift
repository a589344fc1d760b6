package import Queueing

/// Who is told what becomes of alerts: metrics.
package protocol AlertObserver: Sendable {
    /// A sink of alerts exists.
    func registerSink(_ sink: String)

    /// A webhook was answered.
    func webhook(_ result: AlertWebhookResult)

    /// A sink's part of a webhook was decided.
    func notified(_ result: AlertReport.Result, sink: String)

    /// A message about alerts has ended.
    func delivered(_ state: JobState, sink: String)
}
