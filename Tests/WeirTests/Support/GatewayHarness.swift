import Logging
import PrometheusMetrics
import Queueing
import Resilience
import Synchronization
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// A gateway between a fake transport and a journal in memory, on a clock that the test moves.
final class GatewayHarness: Sendable {
    static let appID = "wx1234567890abcdef"
    static let secret = "APPSECRET-of-main"
    static let key = "KEY-of-orders"
    static let openID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
    static let firstToken = "REAL-TOKEN-1"

    let transport = FakeTransport()
    let journal: MemoryJournal
    let time: ManualTimeSource
    let log = CapturedLog()
    let gateway: Gateway

    /// One app, no clients.
    static var configuration: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        var app = AppConfiguration(appID: appID, secret: secret)
        app.defaultLimit = .wide
        configuration.apps["main"] = app
        return configuration
    }

    /// One app and the client `orders`.
    static var withClient: GatewayConfiguration {
        var configuration = configuration
        configuration.clients["orders"] = ClientConfiguration(keys: [key])
        return configuration
    }

    /// - Parameter hasToken: Whether each app's token is fetched already: `REAL-TOKEN-1`.
    init(
        _ configuration: GatewayConfiguration = configuration,
        journal: MemoryJournal = MemoryJournal(isManual: true),
        hasToken: Bool = true,
        at timestamp: Timestamp = Timestamp.noon
    ) throws {
        self.journal = journal
        time = ManualTimeSource(timestamp: timestamp)
        var options = Gateway.Options()
        options.time = time
        options.logger = log.logger
        options.seed = 7
        gateway = try Gateway(
            configuration: configuration,
            transport: transport,
            journal: journal,
            options: options
        )
        guard hasToken else { return }
        startKeepers()
        for _ in configuration.apps { transport.answer(.success(.token(GatewayHarness.firstToken))) }
    }

    func startKeepers() {
        gateway.roster.start()
    }

    var dispatcher: Dispatcher { gateway.dispatcher }
    var configuration: GatewayConfiguration { gateway.live.present.configuration }

    /// The apps' names, in order.
    var names: [String] { configuration.apps.keys.sorted() }

    /// Where the dispatcher keeps an app; behind the last one, what stands for calls with foreign tokens.
    func slot(_ app: Int = 0) -> AppSlot {
        let directory = gateway.live.present.directory
        let name = app < names.count ? names[app] : ""
        return (directory.app(name) ?? directory.foreign).slot
    }

    /// Gives the first app a limit, by a reload where it has another.
    func setLimit(_ limit: RateLimit) {
        var changed = configuration
        changed.apps[names[0]]?.defaultLimit = limit
        if changed != configuration { gateway.reload(changed) }
    }

    /// A call joins the queue.
    @discardableResult
    func submit(_ call: RelayCall) -> JobID? {
        dispatcher.relay(call, priority: .normal, retryClass: "available")
    }
    var relay: RelayService { gateway.relayService }
    var messages: MessageService { gateway.messageService }
    var calls: [SentRequest] { transport.calls }

    /// Moves the clock and looks at the queue.
    func advance(_ duration: Duration) {
        time.advance(by: duration)
        dispatcher.look()
    }

    /// What is exposed at `/metrics`.
    var metricsText: String { String(decoding: gateway.registry.render(), as: UTF8.self) }

    // MARK: Messages

    /// A message that is ready for the dispatcher.
    func message(
        _ type: MessageType = .template,
        app: Int = 0,
        priority: Priority = .normal,
        retryClass: String = "available",
        notAfter: Timestamp? = nil
    ) -> MessageRecord {
        let id = dispatcher.makeID()
        return MessageRecord(
            Message(
                id: id,
                app: names[app],
                type: type,
                priority: priority,
                retryClass: retryClass,
                createdAt: time.timestamp(),
                notAfter: notAfter
            ),
            MessageContent(
                body: Array("{\"client_msg_id\":\"\(id)\"}".utf8),
                recipient: GatewayHarness.openID
            )
        )
    }

    /// Hands a message to the dispatcher.
    @discardableResult
    func accept(_ message: MessageRecord) -> Outbox<Result<Void, AcceptFailure>> {
        let outbox = Outbox<Result<Void, AcceptFailure>>()
        dispatcher.accept(message.message, message.content) { outbox.put($0) }
        return outbox
    }

    // MARK: Relay

    func call(
        _ path: String = Path.template,
        isRepeatable: Bool = true,
        timeout: Duration = .milliseconds(4500),
        usesToken: Bool = true,
        app: Int = 0,
        size: Int = 20,
        ends: Outbox<RelayEnd>
    ) -> RelayCall {
        RelayCall(
            method: "POST",
            targetPrefix: path + "?access_token=",
            targetSuffix: "",
            usesToken: usesToken,
            headers: [],
            content: .bytes([UInt8](repeating: 0x20, count: size)),
            app: slot(app),
            api: APICatalog.descriptor(method: "POST", path: path),
            deadline: time.now() + timeout,
            isRepeatable: isRepeatable
        ) { ends.put($0) }
    }
}
