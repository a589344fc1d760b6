import Queueing
import Timekeeping

/// The queue's rules written down the plain way: one array that is searched from end to end.
struct QueueModel {
    enum State { case ready, scheduled, inFlight }

    struct Level: Hashable {
        var lane: LaneID
        var priority: Priority
    }

    struct Entry {
        var level: Level { Level(lane: job.lane, priority: job.priority) }
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
    /// In a level's own time: when the job that was taken last started, and when a share's next one does.
    private var times: [Level: Int] = [:]
    private var starts: [Level: [ShareID: Int]] = [:]
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
            defer { forgetEmpty() }
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
            let firsts = firsts(Level(lane: lane, priority: priority))
            let starts = starts[Level(lane: lane, priority: priority)] ?? [:]
            guard let oldest = firsts.min(by: { ($0.readySince, $0.job.id) < ($1.readySince, $1.job.id) }),
                let next = firsts.min(by: {
                    (starts[$0.job.share]!, $0.readySince, $0.job.id) < (
                        starts[$1.job.share]!, $1.readySince, $1.job.id
                    )
                })
            else { return nil }
            return Head(
                effectivePriority: effective(priority, since: oldest.readySince, now),
                levelSince: oldest.readySince,
                readySince: next.readySince,
                id: next.job.id
            )
        }
        .min { ($0.effectivePriority, $0.levelSince) < ($1.effectivePriority, $1.levelSince) }
    }

    /// The jobs that are next of their shares.
    private func firsts(_ level: Level) -> [Entry] {
        Dictionary(grouping: entries.filter { $0.state == .ready && $0.level == level }) { $0.job.share }
            .values.compactMap { $0.min { $0.turn < $1.turn } }
    }

    /// Of the jobs that are next of their shares.
    func oldestReady(_ priority: Priority) -> Timestamp? {
        Set(entries.filter { $0.job.priority == priority }.map(\.level)).flatMap(firsts).map(\.readySince).min()
    }

    func find(_ id: JobID) -> Int? { entries.firstIndex { $0.job.id == id } }

    private func isKnown(_ id: JobID) -> Bool { find(id) != nil || lapsed.contains { $0.id == id } }

    private func effective(_ own: Priority, since: Timestamp, _ now: Timestamp) -> Priority {
        var (priority, waited) = (own, now - since)
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
        entries.append(Entry(job: job, state: .scheduled, readySince: since, turn: turn()))
        if isDue { makeReady(entries.count - 1) }
        if isDue || job.startedAttempts > 0 { becomeDue(entries.count - 1, now) }
        return isDue ? .ready : .scheduled(until: job.notBefore!)
    }

    private mutating func wait(_ index: Int, until notBefore: Timestamp?, front: Bool, _ now: Timestamp) {
        entries[index].job.notBefore = notBefore
        entries[index].state = .scheduled
        forgetEmpty()
        if notBefore.map({ $0 <= now }) ?? true { makeReady(index) }
        if entries[index].state == .ready || entries[index].job.startedAttempts > 0 { becomeDue(index, now) }
        if front, entries[index].state == .ready { return }
        entries[index].readySince = now
        entries[index].turn = turn()
    }

    private mutating func lease(_ lane: LaneID, _ now: Timestamp) -> Job? {
        guard let id = best(lane, now)?.id, let index = find(id) else { return nil }
        let (level, share) = (entries[index].level, entries[index].job.share)
        let start = starts[level]![share]!
        times[level] = max(times[level] ?? 0, start)
        starts[level]![share] = start + 1 << 20 / policy.weights[Int(share.number)]
        entries[index].state = .inFlight
        forgetEmpty()
        return entries[index].job
    }

    private mutating func settle(_ now: Timestamp) {
        let events = entries.filter { $0.state != .inFlight }
            .compactMap { entry -> (time: Timestamp, job: Job, isEnd: Bool)? in
                if let end = QueueModel.end(entry.job), end <= now { return (end, entry.job, true) }
                guard entry.state == .scheduled, let due = entry.job.notBefore, due <= now else { return nil }
                return (due, entry.job, false)
            }
        for event in events.sorted(by: { ($0.time, $0.job.id) < ($1.time, $1.job.id) }) {
            let index = find(event.job.id)!
            if event.isEnd {
                lapsed.append(entries.remove(at: index).job)
                forgetEmpty()
            } else {
                ripen(index, now)
            }
        }
    }

    private mutating func ripen(_ index: Int, _ now: Timestamp) {
        makeReady(index)
        entries[index].readySince = entries[index].job.notBefore!
        becomeDue(index, now)
        entries[index].turn = turn()
        readied += 1
    }

    /// A share that had nothing ready here starts where the others are.
    private mutating func makeReady(_ index: Int) {
        let (level, share) = (entries[index].level, entries[index].job.share)
        if !entries.contains(where: { $0.state == .ready && $0.level == level && $0.job.share == share }) {
            starts[level, default: [:]][share] = max(starts[level]?[share] ?? 0, times[level] ?? 0)
        }
        entries[index].state = .ready
    }

    /// Where nothing is ready nobody is remembered.
    private mutating func forgetEmpty() {
        let ready = Set(entries.filter { $0.state == .ready }.map(\.level))
        starts = starts.filter { ready.contains($0.key) }
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
