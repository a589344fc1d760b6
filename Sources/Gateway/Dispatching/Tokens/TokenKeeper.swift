import Synchronization
package import Timekeeping
import WeChat
package import WeirPorts

/// The one owner of an app's access_token: drives the token machine, fetches from its source through the transport, and tells the
/// dispatcher.
package final class TokenKeeper: Sendable {
    struct State {
        var machine: AccessTokenMachine
        var credentials: TokenCredentials
        var generator: SplitMix64
        /// WeChat called a token current that it had just rejected: nobody uses it before this time.
        var pausedUntil: Instant?
        /// The newest tokens, oldest first: an older one may still work.
        var recent: [String] = []
        /// Token requests that have ended.
        var answers = 0
        /// Whether the last of them that says something about WeChat found it well.
        var gotThrough: Bool?
        /// Since when no token could be used.
        var unusableSince: Instant?
        /// Other credentials have come since the last answer: what it brings is another token for a reason that is known.
        var isRenewed = false
        var isStopped = false
        /// Requests that failed at their host since the last that did not: the next goes to the next host.
        var hostFailures = 0
        /// Told when ``presentState()`` may have changed.
        var onChange: (@Sendable () -> Void)?
    }

    /// How long WeChat's nodes get to agree about a token before it is tried again.
    private static let disagreementPause = Duration.seconds(1)

    private let state: Mutex<State>
    private let source: any TokenSource
    private let transport: any Transport
    private let time: any TimeSource
    private let report: @Sendable (TokenReport) -> Void
    private let traced: (@Sendable (TokenExchange) -> Void)?
    private let timer: Mutex<WakeTimer?> = Mutex(nil)

    /// - Parameters:
    ///   - source: who hands the token out.
    ///   - traced: told of every request that has ended; `nil` where nobody follows them.
    package init(
        credentials: TokenCredentials,
        source: any TokenSource = StableToken(),
        transport: any Transport,
        time: any TimeSource,
        seed: UInt64,
        traced: (@Sendable (TokenExchange) -> Void)? = nil,
        report: @escaping @Sendable (TokenReport) -> Void
    ) {
        state = Mutex(
            State(
                machine: AccessTokenMachine(source.policy, at: time.now()),
                credentials: credentials,
                generator: SplitMix64(seed: seed),
                unusableSince: time.now()
            )
        )
        self.source = source
        self.transport = transport
        self.time = time
        self.traced = traced
        self.report = report
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.look() } }
    }

    /// Begins to fetch, and from now on calls `onChange` when `presentState` may have changed.
    package func start(onChange: @escaping @Sendable () -> Void) {
        state.withLock { $0.onChange = onChange }
        look()
    }

    package func stop() {
        state.withLock { $0.isStopped = true }
        timer.withLock { $0 }?.stop()
    }

    /// The token to use now, if there is one.
    func token() -> AccessToken? {
        state.withLock { $0.token(at: time.now()) }
    }

    /// What the operator should know: whether there is a token, until when, and what is wrong.
    package func status() -> TokenStatus {
        state.withLock { state in
            let now = time.moment()
            let isUsable = state.noteUse(at: now.instant)
            var status = TokenStatus(state.machine, at: now)
            status.unusableFor = isUsable ? nil : now.instant - (state.unusableSince ?? now.instant)
            return status
        }
    }

    /// Whether there is a token. The dispatcher asks under its own lock, so that no older answer overwrites a newer one.
    func presentState() -> AppToken {
        state.withLock { state in
            let now = time.now()
            if state.noteUse(at: now) { return .ready }
            if case .fault(let fault) = state.machine.need(at: now) { return .fault(fault.errcode) }
            return .missing
        }
    }

    /// The tokens that were fetched last, the present one among them.
    package var recentTokens: [String] { state.withLock { $0.recent } }

    /// How many token requests have ended: a change says that there is an answer.
    var answers: Int { state.withLock { $0.answers } }

    /// Whether the last token request that says something about WeChat found it well; `nil` before the first.
    var gotThrough: Bool? { state.withLock { $0.gotThrough } }

    /// A reload brought another secret, or an operator asks for another try.
    package func replace(_ credentials: TokenCredentials) {
        let changed = state.withLock { state in
            guard state.credentials != credentials else { return false }
            state.credentials = credentials
            state.isRenewed = true
            state.machine.retryNow(at: time.now())
            return true
        }
        if changed { look() }
    }

    /// WeChat rejected `token`. Only takes note, as it is called with the dispatcher's lock held; what follows happens on the timer.
    ///
    /// - Parameter isProven: whether other calls are accepted with the app's token: then it stays in use while WeChat is asked.
    func reject(_ token: AccessToken, isProven: Bool = false) {
        let wake = state.withLock { state in
            let now = time.now()
            let action = state.machine.rejected(value: token.value, isProven: isProven, at: now)
            if !isProven, case .sameToken(_, let pause) = action { state.pausedUntil = now + pause }
            return state.wake
        }
        timer.withLock { $0 }?.arm(at: wake)
    }

    // MARK: Fetching

    private func look() {
        let (fetch, credentials, wake) = state.withLock { state -> (TokenFetch?, TokenCredentials, Instant?) in
            guard !state.isStopped else { return (nil, state.credentials, nil) }
            let now = time.now()
            if let pause = state.pausedUntil, pause <= now { state.pausedUntil = nil }
            guard case .fetch(let fetch) = state.machine.due(at: now) else {
                return (nil, state.credentials, state.wake)
            }
            return (fetch, state.credentials.after(failures: state.hostFailures), state.wake)
        }
        state.withLock { $0.onChange }?()
        if let fetch { request(fetch, credentials) }
        timer.withLock { $0 }?.arm(at: wake)
    }

    private func request(_ fetch: TokenFetch, _ credentials: TokenCredentials) {
        let startedAt = time.moment()
        transport.send(source.request(with: credentials)) { [self] result in
            received(result, for: fetch, with: credentials, since: startedAt)
        }
    }

    private func received(
        _ result: Result<UpstreamReply, TransportFailure>,
        for fetch: TokenFetch,
        with credentials: TokenCredentials,
        since startedAt: Moment
    ) {
        let (classification, reply) = read(result, credentials)
        traced?(TokenExchange(source, credentials, from: startedAt, to: time.moment(), result, classification))
        let news = state.withLock { state -> [TokenReport]? in
            // Its app has left, or is another account by now.
            guard !state.isStopped else { return nil }
            var news = [TokenReport.asked(host: credentials.origin, result.failure)]
            let now = time.now()
            state.answers += 1
            if classification.breaker != .ignored { state.gotThrough = classification.breaker == .success }
            state.hostFailures = classification.breaker == .failure ? (state.hostFailures + 1) % 1_000_000 : 0
            if let reply {
                state.note(reply.accessToken)
                let life = Duration.seconds(min(reply.expiresIn, 1 << 31))
                let update = state.machine.fetched(fetch, value: reply.accessToken, expiresIn: life, at: now)
                if case .confirmed = update {
                    state.pausedUntil = now + TokenKeeper.disagreementPause
                    news.append(.confirmed)
                }
                if case .superseded = update { news.append(.superseded(isExpected: state.isRenewed)) }
                if update != .ignored { state.isRenewed = false }
            } else {
                let failure = TokenFailure(classification) ?? .transient
                _ = state.machine.failed(fetch, failure, at: now, using: &state.generator)
            }
            return news
        }
        guard let news else { return }
        for one in news { report(one) }
        let path = source.path
        report(reply == nil ? .notFetched(classification, path: path) : .fetched(classification, path: path))
        look()
    }

    private func read(
        _ result: Result<UpstreamReply, TransportFailure>,
        _ credentials: TokenCredentials
    ) -> (Classification, TokenReply?) {
        let classification = source.classify(result, with: credentials)
        guard classification.outcome == .accepted, case .success(let reply) = result else {
            return (classification, nil)
        }
        return (classification, TokenReply(reply.body))
    }
}

extension TokenKeeper.State {
    /// Tokens remembered: a rival who refreshes by force brings many, and two of WeChat's own work at a time.
    static let recentLimit = 16

    mutating func note(_ token: String) {
        guard !recent.contains(token) else { return }
        recent.append(token)
        if recent.count > TokenKeeper.State.recentLimit { recent.removeFirst() }
    }

    /// Whether there is a token to use, of which note is taken.
    mutating func noteUse(at now: Instant) -> Bool {
        let isUsable = token(at: now) != nil
        if isUsable { unusableSince = nil } else { unusableSince = unusableSince ?? now }
        return isUsable
    }

    func token(at now: Instant) -> AccessToken? {
        guard pausedUntil.map({ $0 <= now }) ?? true, case .token(let token) = machine.need(at: now) else { return nil }
        return token
    }

    var wake: Instant? {
        [machine.nextWake, pausedUntil].compactMap { $0 }.min()
    }
}
