import Queueing
import Timekeeping

/// The queue's rules written down the plain way: one array that is searched from end to end.
struct QueueModel {
    enum State { case ready, scheduled, inFlight }

    struct Entry {
        var job: Job
        var state: State
        var readySince: Timestamp
        var turn: Int
        /// Its own time has come once.
        var isDue = false
    }

    var policy: QueuePolicy
    var entries: [Entry] = []
    private var lapsed: [Job] = []
    private var readied = 0
    private var turns = 0

    init(_ policy: QueuePolicy) {
        self.policy = policy
    }

    mutating func apply(_ step: QueueStep, at now: Timestamp) -> QueueStepResult {
        switch step {
        case .admit(let job):
            settle(now)
            return .admission(refusal(job) ?? insert(job, since: now, now))
        case .restore(let job):
            settle(now)
            if isKnown(job.id) { return .admission(.refused(.duplicate)) }
            return .admission(insert(job, since: min(now, max(job.acceptedAt, job.notBefore ?? job.acceptedAt)), now))
        case .lease(let lane):
            settle(now)
            return .job(lease(lane, now))
        case .start(let id):
            guard let index = find(id), entries[index].state == .inFlight else { return .job(nil) }
            entries[index].job.startedAttempts += 1
            if entries[index].job.firstAttemptAt == nil { entries[index].job.firstAttemptAt = now }
            return .job(entries[index].job)
        case .requeue(let id, let notBefore, let front):
            settle(now)
            guard let index = find(id), entries[index].state == .inFlight else { return .done(false) }
            entries[index].job.countedAttempts += 1
            wait(index, until: notBefore, front: front, now)
            return .done(true)
        case .finish(let id):
            guard let index = find(id), entries[index].state == .inFlight else { return .job(nil) }
            return .job(entries.remove(at: index).job)
        case .cancel(let id):
            guard let index = find(id) else { return .cancellation(.unknown) }
            if entries[index].state == .inFlight { return .cancellation(.inFlight) }
            return .cancellation(.removed(entries.remove(at: index).job))
        case .reschedule(let id, let notBefore):
            settle(now)
            guard let index = find(id), entries[index].state != .inFlight else { return .done(false) }
            wait(index, until: notBefore, front: false, now)
            return .done(true)
        case .advance:
            settle(now)
            defer { (lapsed, readied) = ([], 0) }
            return .advance(Advance(expired: lapsed, readied: readied))
        }
    }

    func best(_ lane: LaneID, _ now: Timestamp) -> Head? {
        Priority.allCases.compactMap { priority -> Head? in
            let level = entries.filter { $0.state == .ready && $0.job.lane == lane && $0.job.priority == priority }
            return level.min { $0.turn < $1.turn }.map {
                Head(effectivePriority: effective($0, now), readySince: $0.readySince, id: $0.job.id)
            }
        }
        .min { ($0.effectivePriority, $0.readySince) < ($1.effectivePriority, $1.readySince) }
    }

    /// Of the jobs that are next in their lanes.
    func oldestReady(_ priority: Priority) -> Timestamp? {
        let ready = entries.filter { $0.state == .ready && $0.job.priority == priority }
        return Dictionary(grouping: ready) { $0.job.lane.index }
            .compactMap { $0.value.min { $0.turn < $1.turn }?.readySince }
            .min()
    }

    func find(_ id: JobID) -> Int? { entries.firstIndex { $0.job.id == id } }

    private func isKnown(_ id: JobID) -> Bool { find(id) != nil || lapsed.contains { $0.id == id } }

    private func effective(_ entry: Entry, _ now: Timestamp) -> Priority {
        var priority = entry.job.priority
        var waited = now - entry.readySince
        while priority > max(.high, policy.ageingCeiling), waited >= policy.ageingStep {
            priority = Priority(rawValue: priority.rawValue - 1)!
            waited -= policy.ageingStep
        }
        return priority
    }

    private func refusal(_ job: Job) -> QueueMachine.Admission? {
        if isKnown(job.id) { return .refused(.duplicate) }
        guard job.isDurable else { return nil }
        let durable = entries.count { $0.job.isDurable }
        if durable >= policy.capacity { return .refused(.full(capacity: policy.capacity)) }
        let reserved = Int(Double(policy.capacity) * policy.reserve)
        return job.priority > .high && durable + reserved >= policy.capacity ? .refused(.reserved) : nil
    }

    private mutating func insert(_ job: Job, since: Timestamp, _ now: Timestamp) -> QueueMachine.Admission {
        let isDue = job.notBefore.map { $0 <= now } ?? true
        entries.append(Entry(job: job, state: isDue ? .ready : .scheduled, readySince: since, turn: turn()))
        if isDue || job.startedAttempts > 0 { becomeDue(entries.count - 1, now) }
        return isDue ? .ready : .scheduled(until: job.notBefore!)
    }

    private mutating func wait(_ index: Int, until notBefore: Timestamp?, front: Bool, _ now: Timestamp) {
        entries[index].job.notBefore = notBefore
        entries[index].state = notBefore.map { $0 <= now } ?? true ? .ready : .scheduled
        if entries[index].state == .ready || entries[index].job.startedAttempts > 0 { becomeDue(index, now) }
        if front, entries[index].state == .ready { return }
        entries[index].readySince = now
        entries[index].turn = turn()
    }

    private mutating func lease(_ lane: LaneID, _ now: Timestamp) -> Job? {
        guard let id = best(lane, now)?.id, let index = find(id) else { return nil }
        entries[index].state = .inFlight
        return entries[index].job
    }

    private mutating func settle(_ now: Timestamp) {
        let end = QueueModel.end
        let isGone = { (entry: Entry) in entry.state != .inFlight && end(entry.job).map { $0 <= now } ?? false }
        lapsed += entries.filter(isGone).map(\.job).sorted { (end($0)!, $0.id) < (end($1)!, $1.id) }
        entries.removeAll(where: isGone)
        let due = entries.filter { $0.state == .scheduled && $0.job.notBefore! <= now }.map(\.job)
        for job in due.sorted(by: { ($0.notBefore!, $0.id) < ($1.notBefore!, $1.id) }) {
            let index = find(job.id)!
            entries[index].state = .ready
            entries[index].readySince = job.notBefore!
            becomeDue(index, now)
            entries[index].turn = turn()
            readied += 1
        }
    }

    /// Of all lanes.
    static let bound = Duration.seconds(20)

    private static func end(_ job: Job) -> Timestamp? {
        let bound = job.isBounded ? job.firstAttemptAt.map { $0 + QueueModel.bound } : nil
        return [job.expiresAt, bound].compactMap { $0 }.min()
    }

    /// From now on it is as old as its own time.
    private mutating func becomeDue(_ index: Int, _ now: Timestamp) {
        let job = entries[index].job
        if !entries[index].isDue, job.promise != .none, job.startedAttempts == 0, let due = job.notBefore, due <= now {
            entries[index].job.acceptedAt = max(job.acceptedAt, due)
        }
        entries[index].isDue = true
    }

    private mutating func turn() -> Int {
        turns += 1
        return turns
    }
}
