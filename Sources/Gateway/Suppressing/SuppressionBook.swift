import Synchronization
package import Timekeeping
package import WeChat
package import WeirPorts

/// Who is not sent to, and why: knows what WeChat's answers and receipts say of later messages, and what ends it.
///
/// The journal has it on disk, beside what caused it. The set in memory follows the journal, commit by commit, so that both are always
/// of one mind: every answer of the journal's with news in it is handed to `take` where it comes, on the journal's own thread.
package final class SuppressionBook: Sendable {
    private struct State {
        var set = SuppressionSet()
        var signs = RecentSigns()
        var terms: [String: SuppressionTerms]
        /// Those over the bound whose end the journal has not told yet.
        var shedding = 0
    }

    private let state: Mutex<State>
    /// How many there are: whoever finds none asks for no lock.
    private let total = Atomic(0)
    let journal: any Journal
    private let observer: any SuppressionObserver
    let time: any TimeSource
    private let limit: Int

    /// - Parameters:
    ///   - terms: of each app.
    ///   - limit: how many are kept, of all apps together.
    package init(
        _ terms: [String: SuppressionTerms],
        journal: any Journal,
        observer: any SuppressionObserver,
        time: any TimeSource,
        limit: Int = Suppression.mostKept
    ) {
        state = Mutex(State(terms: terms))
        self.journal = journal
        self.observer = observer
        self.time = time
        self.limit = limit
    }

    /// Takes over what a reload changed.
    package func reload(_ terms: [String: SuppressionTerms]) {
        state.withLock { $0.terms = terms }
    }

    /// Reads what an earlier process knew. Called once, before anything is sent.
    package func restore() throws(JournalError) {
        let now = time.timestamp()
        var set = SuppressionSet()
        try journal.suppressions { if $0.until > now { set.insert($0) } }
        state.withLock { state in
            state.set = set
            total.store(state.set.count, ordering: .relaxed)
        }
    }

    /// How much is suppressed, by app. An app that has nothing more is told with 0.
    package var counts: [String: Int] {
        state.withLock { $0.set.countsByApp }
    }

    // MARK: Asking

    /// Whether nothing is suppressed for the app: then no message's body need be looked at.
    package func isClear(app: String) -> Bool {
        guard total.load(ordering: .relaxed) > 0 else { return true }
        return state.withLock { $0.set.isClear(app: app) }
    }

    /// What stands in the way of a message at that time.
    package func find(app: String, _ type: MessageType, _ body: [UInt8], at now: Timestamp) -> SuppressedRecipient? {
        guard !isClear(app: app), isCovered(type, app: app), let address = MessageAddress(type, in: body) else {
            return nil
        }
        let keys = SuppressionReach.reaches(of: type, template: address.template).map { reach in
            SuppressionSet.Key(app: app, recipient: address.recipient, reach)
        }
        return state.withLock { $0.set.find(anyOf: keys, at: now) }
    }

    private func isCovered(_ type: MessageType, app: String) -> Bool {
        state.withLock { $0.terms[app]?.policy.covers(type) ?? false }
    }

    /// A message or call was refused for it.
    package func refused(_ recipient: SuppressedRecipient, app: String) {
        observer.suppressed(app: app, because: recipient.label)
    }

    // MARK: Learning

    /// What an answer says of later messages; `nil` where nothing.
    package func suppression(
        app: String,
        _ type: MessageType,
        _ body: [UInt8],
        errcode: Int
    ) -> Suppression? {
        guard let rule = SuppressionRule.rule(for: errcode), let terms = state.withLock({ $0.terms[app] }),
            terms.policy.covers(type), let address = MessageAddress(type, in: body),
            let reach = rule.reach(of: type, template: address.template),
            !hasReturned(app: app, address.recipient, reach)
        else { return nil }
        let now = time.timestamp()
        return Suppression(
            app: app,
            recipient: address.recipient,
            reach: reach,
            errcode: errcode,
            since: now,
            until: now + rule.lasts(wanted: terms.policy.lasts, isHeard: terms.hearsUsers)
        )
    }

    /// What a receipt says of later messages that tells of a recipient who blocks the account or refuses a template's messages.
    ///
    /// - Parameters:
    ///   - types: what the receipt can be about.
    ///   - template: which template it names; one of a subscription message is about that alone.
    package func suppression(
        byReceiptOf types: [MessageType],
        app: String,
        recipient: String,
        template: String?
    ) -> Suppression? {
        guard let terms = state.withLock({ $0.terms[app] }), types.contains(where: terms.policy.covers),
            1...MessageAddress.longestRecipient ~= recipient.utf8.count
        else { return nil }
        let reach: SuppressionReach
        if types.contains(.template) {
            reach = .everything
        } else if let template, 1...SuppressionReach.longestTemplate ~= template.utf8.count {
            reach = .template(template)
        } else {
            return nil
        }
        guard !hasReturned(app: app, recipient, reach) else { return nil }
        let now = time.timestamp()
        return Suppression(
            app: app,
            recipient: recipient,
            reach: reach,
            errcode: nil,
            since: now,
            until: now + terms.policy.lasts
        )
    }

    /// Whether the recipient has just done what ends it: an answer may be about the time before, and come after.
    private func hasReturned(app: String, _ recipient: String, _ reach: SuppressionReach) -> Bool {
        let now = time.timestamp()
        return state.withLock { $0.signs.lifts(reach, app: app, recipient: recipient, at: now) }
    }

    /// What the journal is to write where a user did something; nothing where that ends nothing.
    package func lifts(app: String, recipient: String, _ signs: [UserSign]) -> [JournalWrite] {
        guard 1...MessageAddress.longestRecipient ~= recipient.utf8.count else { return [] }
        let now = time.timestamp()
        state.withLock { $0.signs.note(signs.map(\.lifted), app: app, recipient: recipient, at: now) }
        guard !isClear(app: app) else { return [] }
        return signs.map(\.lifted).filter { lifting in
            // Which templates there are of a recipient only the journal knows.
            guard case .only(let reaches) = lifting else { return true }
            let keys = reaches.map { SuppressionSet.Key(app: app, recipient: recipient, $0) }
            return state.withLock { $0.set.find(anyOf: keys, at: now) } != nil
        }.map { .lift(app: app, recipient: recipient, $0) }
    }

    /// The journal has these on disk. To be called for its answers in their order.
    package func take(_ news: [SuppressionNews]) {
        guard !news.isEmpty else { return }
        state.withLock { state in
            for one in news {
                switch one {
                case .made(let suppression): state.set.insert(suppression)
                case .ended(let suppression): state.set.remove(suppression)
                }
            }
            total.store(state.set.count, ordering: .relaxed)
        }
        shed()
    }

    /// Writes, and knows what that changed when it returns.
    package func append(_ writes: [JournalWrite]) async throws(JournalError) -> JournalReceipt {
        let result = await withCheckedContinuation { continuation in
            journal.append(writes) { [self] result in
                if case .success(let receipt) = result { take(receipt.suppressions) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// To be called about once a second.
    package func keepHouse() {
        let now = time.timestamp()
        state.withLock { state in
            state.set.sweep(at: now)
            total.store(state.set.count, ordering: .relaxed)
        }
        shed()
    }

    /// Has the oldest go that are too many.
    private func shed() {
        let excess = state.withLock { state in
            let excess = max(0, state.set.count - limit - state.shedding)
            state.shedding += excess
            return excess
        }
        guard excess > 0 else { return }
        journal.append([.shed(excess)]) { [self] result in
            state.withLock { $0.shedding -= excess }
            if case .success(let receipt) = result { take(receipt.suppressions) }
        }
    }
}
