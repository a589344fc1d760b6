package import Intake
package import Logging
import Queueing
import Synchronization
package import Timekeeping
package import WeirPorts

/// Takes Alertmanager's webhooks: each alert goes to its sinks through the queue and the journal, as a message does.
package final class AlertService: Sendable {
    /// Webhooks that are read and handled at once; one may have 16 MiB. Clients share them, so that bodies that don't come shut nobody
    /// else out.
    static let concurrency = 8

    /// What is in force at this moment.
    private let configuration: @Sendable () -> AlertConfiguration
    let machine: Mutex<AlertMachine>
    /// One notification of a sink at a time.
    let turns = KeyedTurns<String>()
    private let webhooks = SharedPool(size: concurrency)
    /// Notifications that were stored as messages of their own and have not ended, by the way they go: one message of each.
    let unsent = Mutex<[AlertWay: Set<JobID>]>([:])
    /// Which robot of a pool is next, by sink.
    let robotTurns = Mutex<[String: Int]>([:])
    /// Messages of an earlier process that are looked at when they end.
    let inherited = Mutex(0)
    let intake: any MessageIntake
    let journal: any Journal
    let observer: any AlertObserver
    let time: any TimeSource
    let logger: Logger

    /// - Parameter configuration: tells what is in force when it is asked. What a webhook goes by comes with it.
    package init(
        intake: any MessageIntake,
        journal: any Journal,
        observer: any AlertObserver,
        time: any TimeSource,
        logger: Logger,
        configuration: @escaping @Sendable () -> AlertConfiguration
    ) {
        self.configuration = configuration
        self.intake = intake
        self.journal = journal
        self.observer = observer
        self.time = time
        self.logger = logger
        let present = configuration()
        machine = Mutex(AlertMachine(present, at: time.now()))
        for sink in present.sinks.keys { observer.registerSink(sink) }
    }

    /// Takes over the sinks of a configuration that will be in force; summaries that wait stay as they are.
    package func reload(_ new: AlertConfiguration) {
        for sink in new.sinks.keys { observer.registerSink(sink) }
        machine.withLock { $0.update(new, at: time.now()) }
    }

    /// What is in force now.
    var present: AlertConfiguration { configuration() }

    // MARK: Admission

    /// Whether this client may post a webhook now, before its body is read. Each success is followed by one ``leave(client:)``.
    ///
    /// - Parameter configuration: what its request goes by.
    package func enter(client: String, configuration: AlertConfiguration) throws(MessageRefusal) {
        guard configuration.isEnabled else {
            throw MessageRefusal(.notFound, "alerts are not taken here: the configuration has no `alerts.sinks`")
        }
        guard configuration.clients?.contains(client) ?? true else {
            throw MessageRefusal(.forbidden, "this client is not among `alerts.clients`")
        }
        guard webhooks.take(for: client, isAlone: configuration.clients?.count == 1) else {
            throw MessageRefusal(
                .overloaded,
                "\(AlertService.concurrency) webhooks are being taken already, or as many of this client as others may need",
                retryAfter: .seconds(1)
            )
        }
    }

    package func leave(client: String) {
        webhooks.giveBack(of: client)
    }

    /// Nobody waits for a sink any more, and who does is told so.
    package func close() {
        turns.close()
    }

    // MARK: Acceptance

    /// Takes one webhook: returns when everything of it is on disk. On an error what was stored stays stored, and Alertmanager's
    /// repeat brings the rest.
    ///
    /// - Parameter configuration: what the client's request goes by.
    package func accept(
        _ bytes: [UInt8],
        configuration: AlertConfiguration,
        client: String,
        traceparent: String
    ) async throws(MessageRefusal) -> AlertReport {
        let webhook = try AlertWebhook(bytes)
        var report = AlertReport()
        var failure: MessageRefusal?
        for notification in AlertRouter(configuration.routes).notifications(webhook) {
            do throws(MessageRefusal) {
                let result = try await accept(
                    notification,
                    configuration: configuration,
                    client: client,
                    traceparent: traceparent
                )
                report.add(result, sink: notification.sink)
                observer.notified(result, sink: notification.sink)
            } catch {
                // The other sinks may be in order: who can be woken is woken.
                failure = failure ?? error
                observer.notified(.failed, sink: notification.sink)
            }
        }
        if let failure { throw failure }
        observer.webhook(report.count(.duplicate) == report.sinks.count ? .duplicate : .accepted)
        return report
    }

    /// One notification of a sink at a time: a repeat finds what the first one stored, and a summary what it replaces.
    private func accept(
        _ notification: AlertNotification,
        configuration: AlertConfiguration,
        client: String,
        traceparent: String
    ) async throws(MessageRefusal) -> AlertReport.Result {
        try await turns.enter(notification.sink, for: "")
        defer { turns.leave(notification.sink) }
        guard let sink = configuration.sinks[notification.sink] else { throw AlertService.gone(notification.sink) }
        let delivery = AlertDelivery(
            notification: notification,
            sink: sink,
            digest: notification.digest,
            client: client,
            traceparent: traceparent,
            retryClass: configuration.retryClass,
            lifetime: configuration.lifetime
        )
        let missing = try await missing(delivery, clients: configuration.clients ?? [])
        let summary = machine.withLock { $0.sinks[notification.sink]?.pending?.messages ?? [:] }
        let isHeldUp = summary.values.contains { intake.isWaiting($0) }
        let isBehind = isBehind(sink, named: notification.sink)
        let decision = machine.withLock { machine in
            machine.decide(
                notification,
                recipients: missing.map(\.name),
                isHeldUp: isHeldUp,
                isBehind: isBehind,
                at: time.moment()
            )
        }
        switch decision {
        case .duplicate:
            return .duplicate
        case .unknownSink:
            throw AlertService.gone(notification.sink)
        case .send:
            try await store(delivery, .notification(notification), for: missing)
            return .accepted
        case .fold(let tally, let due, let replaced):
            try await store(
                delivery,
                .summary(tally),
                for: missing,
                notBefore: due,
                replacing: replaced
            )
            return .summarised
        }
    }

    /// Counts and tells that a webhook was refused.
    package func refused(_ refusal: MessageRefusal, client: String, traceID: String) -> MessageRefusal {
        observer.webhook(AlertWebhookResult(refusal))
        logger.warning(
            "a webhook with alerts was refused",
            metadata: [
                "client": "\(client)", "reason": "\(refusal.reason.rawValue)", "refusal": "\(refusal.message)",
                "trace_id": "\(traceID)",
            ]
        )
        return refusal
    }

    static func gone(_ sink: String) -> MessageRefusal {
        MessageRefusal(.queueFull, "the sink \(sink) is not configured any more", retryAfter: .seconds(5))
    }
}

/// What became of a webhook's notifications.
public struct AlertReport: Equatable, Sendable {
    /// What became of one sink's. The raw values are metric labels.
    public enum Result: String, CaseIterable, Sendable {
        /// It waits in the queue as a message of its own.
        case accepted
        /// The same was taken less than five minutes ago.
        case duplicate
        /// It is part of a summary that waits in the queue.
        case summarised
        /// It could not be stored; Alertmanager is asked to come again.
        case failed
    }

    /// By sink.
    public private(set) var sinks: [String: Result] = [:]

    /// A report on no sink yet.
    public init() {}

    mutating func add(_ result: Result, sink: String) {
        sinks[sink] = result
    }

    /// How many notifications had this result.
    public func count(_ result: Result) -> Int {
        sinks.values.count { $0 == result }
    }
}

/// How a webhook was answered. The raw values are metric labels.
package enum AlertWebhookResult: String, CaseIterable, Sendable {
    /// All of it is on disk, or was before.
    case accepted
    /// Nothing of it was new.
    case duplicate
    /// No such JSON.
    case malformed
    /// A version of the format that is not supported.
    case version
    case tooLarge = "too_large"
    case unauthorized
    case forbidden
    case rateLimited = "rate_limited"
    /// The journal or the queue could not take it; Alertmanager comes again.
    case unavailable
    /// The configuration has no sinks.
    case unconfigured

    init(_ refusal: MessageRefusal) {
        self =
            switch refusal.reason {
            case .malformed, .unsupportedMediaType: .malformed
            case .invalid, .conflict, .wrongState, .suppressed, .capped: .version
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .tooLarge: .tooLarge
            case .rateLimited, .budgetExceeded: .rateLimited
            case .queueFull, .journal, .overloaded, .shuttingDown, .upstream: .unavailable
            case .notFound: .unconfigured
            }
    }
}
