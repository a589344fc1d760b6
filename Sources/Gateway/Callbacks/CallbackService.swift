import RequestTracing
package import Settings
package import Suppressing
import Synchronization
package import Timekeeping
import WeChat
import WeChatCallback
package import WeirPorts

/// Takes WeChat's callbacks: knows them by their signature, opens them, stores what they say of messages that were or will be sent, and
/// only then answers.
///
/// A stranger's costs a hash over a few words: its body is not read. What can't be stored is not taken, and comes again.
package final class CallbackService: Sendable {
    private let journal: any Journal
    private let observer: any CallbackObserver
    private let suppressions: SuppressionBook
    private let time: any TimeSource
    private let table: Mutex<CallbackTable>
    private let inHand = Mutex(0)

    /// Callbacks that are read and stored at once: beyond it they come again.
    package static let mostInHand = 1024
    /// Receipts and messages that a second's house-keeping looks at.
    private static let turnLimit = 5000

    package init(
        _ configuration: GatewayConfiguration,
        journal: any Journal,
        observer: any CallbackObserver,
        _ suppressions: SuppressionBook,
        time: any TimeSource
    ) {
        self.journal = journal
        self.observer = observer
        self.suppressions = suppressions
        self.time = time
        table = Mutex(CallbackTable(configuration))
    }

    /// Takes over what a reload changed.
    package func reload(_ configuration: GatewayConfiguration) {
        table.withLock { $0 = CallbackTable(configuration) }
    }

    // MARK: Callbacks

    package func answer(_ request: CallbackRequest) async -> CallbackAnswer {
        guard let place = table.withLock({ $0[request.path] }) else {
            request.trace.note { $0.isStranger = true }
            observer.callback(.refused, app: nil)
            return .unknown
        }
        request.trace.note { $0.app = place.app }
        guard let method = request.method else { return .wrongMethod }
        guard place.account.verify(request.query) else { return refuse("signature", place, request) }
        switch method {
        case .ask:
            guard let echo = request.query.echo else { return refuse("echostr", place, request) }
            observer.callback(.verified, app: place.app)
            return .echo(echo)
        case .push: return await take(request, place)
        }
    }

    private func refuse(_ why: String, _ place: CallbackTable.Place, _ request: CallbackRequest) -> CallbackAnswer {
        request.trace.note { facts in
            facts.isStranger = true
            facts.isFailure = true
            facts.outcome = why
        }
        observer.callback(.refused, app: place.app)
        return .refused
    }

    private func take(_ request: CallbackRequest, _ place: CallbackTable.Place) async -> CallbackAnswer {
        guard enter() else { return fail(place, request) }
        defer { inHand.withLock { $0 -= 1 } }
        let body: [UInt8]
        do throws(CallbackBodyError) { body = try await request.body(CallbackLimits().bytes) } catch {
            guard case .tooLarge = error else { return fail(place, request) }
            _ = refuse("too_large", place, request)
            return .tooLarge
        }
        let (push, content): (CallbackPush, CallbackContent)
        do throws(CallbackRefusal) {
            content = try place.account.open(request.query, body)
            guard let read = CallbackPush(content.node) else { return refuse("body", place, request) }
            push = read
        } catch {
            return refuse(error.word, place, request)
        }
        let lifts = suppressions.lifts(app: place.app, recipient: push.openID, push.signs.map(\.meaning))
        let deliveries = table.withLock { $0.deliveries }
            .writes(push, content, app: place.app, at: time.timestamp())
        guard !push.receipts.isEmpty || !lifts.isEmpty || !deliveries.isEmpty else {
            observer.callback(.ignored, app: place.app)
            return .success
        }
        return await store(push, lifts + deliveries, place, request)
    }

    private func enter() -> Bool {
        inHand.withLock { inHand in
            guard inHand < CallbackService.mostInHand else { return false }
            inHand += 1
            return true
        }
    }

    private func fail(_ place: CallbackTable.Place, _ request: CallbackRequest) -> CallbackAnswer {
        request.trace.note { facts in
            facts.isFailure = true
            facts.outcome = "unavailable"
        }
        observer.callback(.failed, app: place.app)
        return .unavailable
    }

    /// Answers when it is on disk.
    private func store(
        _ push: CallbackPush,
        _ others: [JournalWrite],
        _ place: CallbackTable.Place,
        _ request: CallbackRequest
    ) async -> CallbackAnswer {
        let now = time.timestamp()
        let receipts = push.receipts.map { pushed in
            var receipt = ReceivedReceipt(pushed, app: place.app, at: now)
            receipt.suppression = suppression(by: pushed, place)
            return JournalWrite.receive(receipt)
        }
        guard let receipt = try? await suppressions.append(receipts + others) else { return fail(place, request) }
        observer.receipts(receipt.receipts)
        let isNew =
            receipt.deliveries > 0 || !receipt.suppressions.isEmpty
            || receipt.receipts.contains { $0.result != .repeated }
        observer.callback(isNew ? .stored : .duplicate, app: place.app)
        return .success
    }

    private func suppression(by pushed: PushedReceipt, _ place: CallbackTable.Place) -> Suppression? {
        guard pushed.state == .blocked else { return nil }
        return suppressions.suppression(
            byReceiptOf: pushed.kind.types,
            app: place.app,
            recipient: pushed.openID,
            template: pushed.template
        )
    }

    // MARK: House-keeping

    /// To be called about once a second: receipts without a msgid find their messages, and those that don't come are missing.
    package func keepHouse() async {
        let (missingAfter, settledAfter) = table.withLock { ($0.missingAfter, $0.settledAfter) }
        guard !missingAfter.isEmpty else { return }
        let now = time.timestamp()
        let turn = ReceiptTurn(
            now: now,
            settledAfter: settledAfter,
            // What can't be told by msgid has had its look by then.
            missingBefore: missingAfter.mapValues { now + (.zero - max($0, settledAfter + .seconds(2))) },
            limit: CallbackService.turnLimit
        )
        guard let receipt = try? await journal.append([.match(turn)]), !receipt.receipts.isEmpty else { return }
        observer.receipts(receipt.receipts)
    }
}

extension CallbackRefusal {
    /// For the log.
    fileprivate var word: String {
        switch self {
        case .signature: "signature"
        case .encryption: "encryption"
        case .body: "body"
        }
    }
}

extension ReceivedReceipt {
    fileprivate init(_ pushed: PushedReceipt, app: String, at now: Timestamp) {
        self.init(
            app: app,
            types: pushed.kind.types,
            msgid: pushed.msgid,
            recipient: pushed.openID,
            receipt: MessageReceipt(pushed.state.stored, at: pushed.at, reason: pushed.reason),
            digest: pushed.digest,
            receivedAt: now
        )
    }
}

extension PushedSign {
    fileprivate var meaning: UserSign {
        switch self {
        case .followed: .followed
        case .spoke: .spoke
        case .accepted(let template): .accepted(template: template)
        }
    }
}

extension PushedReceipt.Kind {
    fileprivate var types: [MessageType] {
        switch self {
        case .template: [.template]
        case .subscription: [.subscribe, .miniProgram]
        case .mass: [.mass]
        }
    }
}

extension PushedReceipt.State {
    fileprivate var stored: MessageReceipt.State {
        switch self {
        case .delivered: .delivered
        case .blocked: .blocked
        case .failed: .failed
        case .limited: .limited
        }
    }
}
