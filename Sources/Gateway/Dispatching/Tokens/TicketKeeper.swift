import Synchronization
import Timekeeping
import WeChat
import WeirPorts

/// What whoever asks for a ticket gets.
package enum TicketAnswer: Sendable {
    /// It is good for that much longer.
    case ticket(String, expiresIn: Duration)
    /// There is none: how the call that asked WeChat for one ended.
    case none(RelayEnd)
}

/// The one owner of an app's ticket of one type.
///
/// A ticket is kept by the rules of a token, and by the same machine: one request at a time, another ticket in the last five minutes of the
/// one before, and the old one to the end of its life where WeChat has no other. Its requests are calls of Weir's own: they need the app's
/// token, and its limits, breakers and parks hold for them.
///
/// Nothing is asked before somebody wants a ticket, nor when nobody has wanted one for a ticket's life.
final class TicketKeeper: Sendable {
    /// Asks WeChat for a ticket, and tells once how that ended. Called without a lock.
    typealias Ask = @Sendable (@escaping @Sendable (RelayEnd) -> Void) -> Void

    struct State {
        var machine: AccessTokenMachine
        var generator: SplitMix64
        /// Those who wait for the request that is under way.
        var waiters: [CheckedContinuation<TicketAnswer, Never>] = []
        /// How the last request ended that brought none.
        var failure: RelayEnd?
        var wantedAt: Instant
        var isStopped = false
    }

    /// Callers that wait for one request.
    static let mostWaiting = 1000
    /// Nobody wanted a ticket for so long: it is not renewed any more.
    static let idle = Duration.seconds(7200)

    private let state: Mutex<State>
    private let ask: Ask
    private let time: any TimeSource
    private let timer: Mutex<WakeTimer?> = Mutex(nil)

    init(time: any TimeSource, seed: UInt64, ask: @escaping Ask) {
        let now = time.now()
        state = Mutex(
            State(machine: AccessTokenMachine(at: now), generator: SplitMix64(seed: seed), wantedAt: now)
        )
        self.ask = ask
        self.time = time
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.look() } }
    }

    /// The ticket of the moment; where there is none, the one that is asked for now, or why there is none.
    func ticket() async -> TicketAnswer {
        await withCheckedContinuation { (waiter: CheckedContinuation<TicketAnswer, Never>) in
            let (answer, fetch) = state.withLock { state -> (TicketAnswer?, TokenFetch?) in
                let now = time.now()
                state.wantedAt = now
                let fetch = state.due(at: now)
                if let ticket = state.answer(at: now) { return (ticket, fetch) }
                guard state.machine.isFetching, state.waiters.count < Self.mostWaiting else {
                    return (.none(state.machine.isFetching ? .overloaded : state.failure ?? .overloaded), fetch)
                }
                state.waiters.append(waiter)
                return (nil, fetch)
            }
            if let answer { waiter.resume(returning: answer) }
            if let fetch { request(fetch) }
        }
    }

    /// When the ticket ends; `nil` while there is none.
    func expiry(at now: Moment) -> Timestamp? {
        state.withLock { $0.machine.expiry(at: now) }
    }

    /// Whether nobody has wanted a ticket for its whole life.
    func isIdle(at now: Instant) -> Bool {
        state.withLock { $0.isIdle(at: now) }
    }

    /// Whoever waits is told that there is none.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            return state.takeWaiters()
        }
        timer.withLock { $0 }?.stop()
        for waiter in waiters { waiter.resume(returning: .none(.overloaded)) }
    }

    // MARK: Requests

    private func look() {
        if let fetch = state.withLock({ state in state.due(at: time.now()) }) { request(fetch) }
        timer.withLock { $0 }?.arm(at: state.withLock { $0.wake(at: time.now()) })
    }

    private func request(_ fetch: TokenFetch) {
        ask { [self] end in received(end, for: fetch) }
    }

    private func received(_ end: RelayEnd, for fetch: TokenFetch) {
        let (waiters, answer) = state.withLock { state in
            let now = time.now()
            if let reply = end.ticket {
                let life = Duration.seconds(min(reply.expiresIn, 1 << 31))
                _ = state.machine.fetched(fetch, value: reply.ticket, expiresIn: life, at: now)
            } else {
                state.failure = end
                _ = state.machine.failed(fetch, end.ticketFailure, at: now, using: &state.generator)
            }
            return (state.takeWaiters(), state.answer(at: now) ?? .none(end))
        }
        for waiter in waiters { waiter.resume(returning: answer) }
        timer.withLock { $0 }?.arm(at: state.withLock { $0.wake(at: time.now()) })
    }
}

extension TicketKeeper.State {
    func answer(at now: Instant) -> TicketAnswer? {
        guard case .token(let ticket) = machine.need(at: now) else { return nil }
        return .ticket(ticket.value, expiresIn: ticket.expiresAt - now)
    }

    func isIdle(at now: Instant) -> Bool { now - wantedAt >= TicketKeeper.idle }

    mutating func due(at now: Instant) -> TokenFetch? {
        guard !isStopped, !isIdle(at: now), case .fetch(let fetch) = machine.due(at: now) else { return nil }
        return fetch
    }

    func wake(at now: Instant) -> Instant? {
        isStopped || isIdle(at: now) ? nil : machine.nextWake
    }

    mutating func takeWaiters() -> [CheckedContinuation<TicketAnswer, Never>] {
        defer { waiters = [] }
        return waiters
    }
}

extension RelayEnd {
    /// What an answer of getticket brought.
    fileprivate var ticket: TicketReply? {
        guard case .attempted(let last) = self, last.classification.outcome == .accepted else { return nil }
        return last.reply.flatMap { TicketReply($0.body) }
    }

    /// What it means for the next request that this one brought none.
    fileprivate var ticketFailure: TokenFailure {
        switch self {
        case .attempted(let last), .refused(_, .some(let last)): TokenFailure(last.classification) ?? .transient
        case .refused, .hungUp, .overloaded: .transient
        }
    }
}
