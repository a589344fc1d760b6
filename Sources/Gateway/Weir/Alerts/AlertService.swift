import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

/// Takes Alertmanager's webhooks: each alert goes to its sinks through the queue and the journal, as a message does.
final class AlertService: Sendable {
    /// Webhooks that are read and handled at once; one may have 16 MiB. Clients share them, so that bodies that don't come shut nobody
    /// else out.
    static let concurrency = 8

    private let live: LiveSettings.Holder
    let machine: Mutex<AlertMachine>
    /// One notification of a sink at a time.
    let turns = KeyedTurns<String>()
    private let webhooks = SharedPool(size: concurrency)
    /// Notifications that were stored as messages of their own and have not ended, by their sinks: the message for the first recipient.
    let unsent = Mutex<[String: Set<JobID>]>([:])
    /// Messages of an earlier process that are looked at when they end.
    let inherited = Mutex(0)
    let intake: any MessageIntake
    let journal: any Journal
    let metrics: GatewayMetrics
    let time: any TimeSource
    let logger: Logger

    init(
        live: LiveSettings.Holder,
        intake: any MessageIntake,
        journal: any Journal,
        metrics: GatewayMetrics,
        time: any TimeSource,
        logger: Logger
    ) {
        self.live = live
        self.intake = intake
        self.journal = journal
        self.metrics = metrics
        self.time = time
        self.logger = logger
        let configuration = live.present.configuration.alerts
        machine = Mutex(AlertMachine(configuration, at: time.now()))
        for sink in configuration.sinks.keys { metrics.registerSink(sink) }
    }

    /// Takes over the sinks of a configuration that will be in force; summaries that wait stay as they are.
    func reload(_ new: AlertConfiguration) {
        for sink in new.sinks.keys { metrics.registerSink(sink) }
        machine.withLock { $0.update(new, at: time.now()) }
    }

    /// What is in force for a caller's request.
    private func configuration(for caller: Caller) -> AlertConfiguration {
        live.settings(of: caller).configuration.alerts
    }

    /// What is in force now.
    var present: AlertConfiguration { live.present.configuration.alerts }

    // MARK: Admission

    /// Whether this caller may post a webhook now, before its body is read. Each success is followed by one ``leave(_:)``.
    func enter(_ caller: Caller) throws(MessageRefusal) {
        let configuration = configuration(for: caller)
        guard configuration.isEnabled else {
            throw MessageRefusal(.notFound, "alerts are not taken here: the configuration has no `alerts.sinks`")
        }
        guard configuration.clients?.contains(caller.name) ?? true else {
            throw MessageRefusal(.forbidden, "this client is not among `alerts.clients`")
        }
        guard webhooks.take(for: caller.name, isAlone: configuration.clients?.count == 1) else {
            throw MessageRefusal(
                .overloaded,
                "\(AlertService.concurrency) webhooks are being taken already, or as many of this client as others may need",
                retryAfter: .seconds(1)
            )
        }
    }

    func leave(_ caller: Caller) {
        webhooks.giveBack(of: caller.name)
    }

    // MARK: Acceptance

    /// Takes one webhook: returns when everything of it is on disk. On an error what was stored stays stored, and Alertmanager's
    /// repeat brings the rest.
    func accept(_ bytes: [UInt8], caller: Caller, traceparent: String) async throws(MessageRefusal) -> AlertReport {
        let webhook = try AlertWebhook(bytes)
        let configuration = configuration(for: caller)
        var report = AlertReport()
        var failure: MessageRefusal?
        for notification in AlertRouter(configuration.routes).notifications(webhook) {
            do throws(MessageRefusal) {
                let result = try await accept(
                    notification,
                    configuration: configuration,
                    caller: caller,
                    traceparent: traceparent
                )
                report.add(result, sink: notification.sink)
                metrics.notified(result, sink: notification.sink)
            } catch {
                // The other sinks may be in order: who can be woken is woken.
                failure = failure ?? error
                metrics.notified(.failed, sink: notification.sink)
            }
        }
        if let failure { throw failure }
        return report
    }

    /// One notification of a sink at a time: a repeat finds what the first one stored, and a summary what it replaces.
    private func accept(
        _ notification: AlertNotification,
        configuration: AlertConfiguration,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AlertReport.Result {
        try await turns.enter(notification.sink, for: "")
        defer { turns.leave(notification.sink) }
        guard let sink = configuration.sinks[notification.sink] else { throw AlertService.gone(notification.sink) }
        let delivery = AlertDelivery(
            notification: notification,
            sink: sink,
            digest: notification.digest,
            caller: caller,
            traceparent: traceparent,
            retryClass: configuration.retryClass,
            lifetime: configuration.lifetime
        )
        let missing = try await missing(delivery, clients: configuration.clients ?? [])
        let summary = machine.withLock { $0.sinks[notification.sink]?.pending?.messages ?? [:] }
        let isHeldUp = summary.values.contains { intake.isWaiting($0) }
        let isBehind = isBehind(notification.sink)
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
    func refused(_ refusal: MessageRefusal, client: String, traceID: String) -> MessageRefusal {
        metrics.webhook(AlertWebhookResult(refusal))
        logger.warning(
            "a webhook with alerts was refused",
            metadata: [
                "client": "\(client)", "reason": "\(refusal.reason.rawValue)", "message": "\(refusal.message)",
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
enum AlertWebhookResult: String, CaseIterable, Sendable {
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
            case .invalid, .conflict, .wrongState: .version
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .tooLarge: .tooLarge
            case .rateLimited: .rateLimited
            case .queueFull, .journal, .overloaded, .shuttingDown: .unavailable
            case .notFound: .unconfigured
            }
    }
}

/// A webhook of Alertmanager's as it came in.
///
/// The body is not asked for before it is known that the caller may post it and that there is room for it.
public struct WebhookRequest: Sendable {
    /// Of `Authorization: Bearer`.
    public var key: String?
    /// Whether it came from this machine, and through no proxy.
    public var isDirectLoopback: Bool
    /// Whether its body has a content coding: such a one is refused.
    public var isCoded: Bool
    /// What is known of the request.
    public var trace: RequestTrace
    /// Reads the whole body, which may have at most that many bytes. Used once, or not at all.
    public var body: @Sendable (Int) async throws(RelayBodyError) -> [UInt8]

    public init(
        key: String?,
        isDirectLoopback: Bool,
        isCoded: Bool = false,
        trace: RequestTrace,
        body: @escaping @Sendable (Int) async throws(RelayBodyError) -> [UInt8]
    ) {
        self.key = key
        self.isDirectLoopback = isDirectLoopback
        self.isCoded = isCoded
        self.trace = trace
        self.body = body
    }

    /// Bytes of a webhook: a group of 5,000 alerts has about 4 MB.
    static let bodyLimit = 16 << 20

    func read() async throws(MessageRefusal) -> [UInt8] {
        guard !isCoded else { throw .codedBody }
        let limit = WebhookRequest.bodyLimit
        do { return try await body(limit) } catch {
            throw MessageRefusal(error, tooLarge: "the body is over \(limit >> 20) MiB: group_by more labels")
        }
    }
}
