import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What goes to WeChat while a breaker is not closed, to find out whether it is well again: as it may be lost, what can be repeated
/// goes before what can't. What Weir sends about alerts never does: people would not hear of the very trouble. Where nothing else
/// waits, Weir asks a question of its own.
extension DispatchMachine {
    /// The question: it only reads, any app may ask it, and it says nothing that anybody needs.
    package static let probePath = "/cgi-bin/get_api_domain_ip"

    /// After a question that brought no news the next one comes so much later.
    static let probePause = Duration.seconds(1)

    /// Lanes behind a breaker that are looked through for work that can be repeated.
    static let lanesLookedAt = 64

    /// What is at stake when a job's attempt has no end that anybody knows.
    private enum Stake: Int {
        case nothing, message
    }

    /// What leaves in a turn's place; `nil` where nothing waits but alerts.
    func probing(_ turn: Turn, at now: SteadyClock.Present) -> Turn? {
        guard let next = queue.next(in: turn.lane, of: turn.priority, at: now.steady) else { return turn }
        let own = stake(next.job)
        if own == .nothing { return turn }
        var best = own.map { (stake: $0, turn: turn) }
        for gate in breakers[gates[turn.lane.gate].breaker].gates.prefix(DispatchMachine.lanesLookedAt) {
            for lane in [gate.lane(isDurable: false), gate.lane(isDurable: true)] {
                guard let other = candidate(lane, at: now) else { continue }
                if best.map({ isBetter(other, than: $0) }) ?? true { best = other }
            }
        }
        return best?.turn
    }

    private func isBetter(_ one: (stake: Stake, turn: Turn), than other: (stake: Stake, turn: Turn)) -> Bool {
        guard one.stake == other.stake else { return one.stake.rawValue < other.stake.rawValue }
        return !DispatchMachine.goes(other.turn.lane, other.turn.head, before: one.turn.lane, one.turn.head)
    }

    /// A lane's next job but for alerts, if it may leave now.
    private func candidate(_ lane: LaneID, at now: SteadyClock.Present) -> (stake: Stake, turn: Turn)? {
        let gate = lane.gate
        guard queue.counts(in: lane).ready > 0, gates[gate].bucket.available(at: now.instant) > 0 else { return nil }
        var best: (stake: Stake, turn: Turn)?
        for priority in Priority.allCases {
            guard let next = queue.next(in: lane, of: priority, at: now.steady), let stake = stake(next.job) else {
                continue
            }
            if let best, DispatchMachine.goes(lane, best.turn.head, before: lane, next.head) { continue }
            best = (stake, Turn(lane: lane, priority: priority, head: next.head))
        }
        guard let best, placeBlock(isDurable: lane.isDurable, best.turn.priority) == nil,
            block(gate, isDurable: lane.isDurable, best.turn.priority, at: now) == nil
        else { return nil }
        return best
    }

    /// `nil` for what must not be a probe. A robot's breaker has nothing but alerts before it, and no question to ask, with a token or
    /// without.
    private func stake(_ job: Job) -> Stake? {
        let gate = gates[job.lane.gate]
        let canAsk = apps[gate.app].hasToken && gate.api.group != .robot
        if job.isDurable, job.promise == .none, canAsk { return nil }
        let isRepeatable = job.isDurable ? gate.api.repeatability != .never : job.marks.contains(.repeatable)
        return isRepeatable ? .nothing : .message
    }

    // MARK: Weir's own question

    /// Of an api of an app's. What Weir asks by itself is rare, and waits for no permit.
    static func limit(of api: APIDescriptor, _ route: AppRoute) -> RateLimit {
        let isQuestion = api.label == probePath && api.group != .account
        return isQuestion ? RateLimit(permits: 100, per: .seconds(1), burst: 100) : route.limits.limit(for: api.label)
    }

    /// What became of the wish to ask it.
    enum Question {
        case asked(Lease)
        case blocked(Block)
    }

    /// Asks it behind a breaker, for the breaker's app. All else there waits for the answer, or until it can be asked.
    mutating func ask(behind breaker: BreakerID, at now: SteadyClock.Present) -> Question {
        let later = Block(reason: .breakerOpen, until: now.instant + DispatchMachine.probePause, scope: .section)
        let key = breakers[breaker].key
        guard let group = APIGroup(rawValue: key.group) else { return .blocked(later) }
        let api = APIDescriptor(label: DispatchMachine.probePath, group: group, repeatability: .always)
        let lane = lane(api, of: key.app, isDurable: false, at: now.instant)
        guard gates[lane.gate].breaker == breaker else { return .blocked(later) }
        let permits: Permits
        switch takePermits(lane.gate, at: now) {
        case .taken(let taken): permits = taken
        case .blocked(let block): return .blocked(block)
        }
        questions += 1
        // No message or call has as late an id: those begin with the milliseconds since 1970, and these are of the year 2527.
        let id = JobID(rawValue: .max - questions)
        var job = Job(id: id, lane: lane, priority: .urgent, isDurable: false, acceptedAt: now.steady)
        job.marks = [.repeatable, .ownProbe]
        _ = queue.admit(job, at: now.steady)
        guard let leased = queue.lease(from: lane, .urgent, at: now.steady) else {
            giveBack(permits, at: now.instant)
            return .blocked(later)
        }
        breakers[breaker].answerDue = now.instant + policy.attemptTimeout
        return .asked(begin(leased, with: permits, readySince: now.steady, at: now))
    }

    /// What waits behind a breaker waits for the answer to a question, or for the time of the next.
    func questionBlock(_ breaker: BreakerID, at now: SteadyClock.Present) -> Block? {
        if let due = breakers[breaker].answerDue {
            return Block(reason: .breakerOpen, until: max(due, now.instant + .milliseconds(1)), scope: .section)
        }
        guard let next = breakers[breaker].nextQuestion, next > now.instant else { return nil }
        return Block(reason: .breakerOpen, until: next, scope: .section)
    }

    /// A question has ended, or was not asked after all.
    mutating func hasAsked(_ lease: Lease, at now: Instant) {
        guard lease.job.marks.contains(.ownProbe) else { return }
        breakers[lease.breaker].answerDue = nil
        breakers[lease.breaker].nextQuestion = now + DispatchMachine.probePause
    }
}
