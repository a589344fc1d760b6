import Queueing
import TestSupport
import Timekeeping

/// Random inputs to a queue at times that never go back, the same for the same seed.
struct QueueSchedule {
    var now = at(0)
    var chance: SeededGenerator
    /// Jobs that a step leased: inputs about jobs in flight are mostly about the latest of these.
    var leased: [JobID] = []
    private var ids: [JobID] = []
    private let hasRelayedCalls: Bool
    private let lanes: Int
    private let shares: Int

    init(seed: UInt64, hasRelayedCalls: Bool = true) {
        chance = SeededGenerator(seed: seed)
        self.hasRelayedCalls = hasRelayedCalls
        lanes = Int(seed % 3) + 1
        shares = Int(seed % 4) + 1
    }

    mutating func next() -> QueueStep {
        if pick(3) == 0 { now = now + .milliseconds(pick(10) == 0 ? pick(100_000) : pick(3000)) }
        switch pick(20) {
        case 0..<7: return .admit(job())
        case 7: return .restore(job())
        case 8..<12: return .lease(lane())
        case 12: return .start(known())
        case 13..<15: return .requeue(known(), notBefore: pick(2) == 0 ? nil : time(60_000), front: pick(2) == 0)
        case 15..<17: return .finish(known())
        case 17: return .cancel(known())
        case 18: return .reschedule(known(), notBefore: pick(2) == 0 ? nil : time(60_000))
        default: return .advance
        }
    }

    private mutating func job() -> Job {
        // Ids are not handed out in order, and once in a while one comes twice.
        let id = pick(20) == 0 ? known() : JobID(rawValue: chance.next() >> 40)
        ids.append(id)
        var job = Job(
            id: id,
            lane: lane(),
            priority: Priority.allCases[pick(4)],
            isDurable: !hasRelayedCalls || pick(4) > 0,
            acceptedAt: pick(4) == 0 ? time(-200_000) : now,
            notBefore: pick(3) == 0 ? time(60_000) : nil,
            expiresAt: pick(3) == 0 ? time(pick(3) == 0 ? 500 : 120_000) : nil,
            share: ShareID(UInt16(pick(shares)))
        )
        job.isBounded = pick(3) == 0
        return job
    }

    /// One of the latest ids mostly, so that a good part of them still is there.
    private mutating func known() -> JobID {
        guard !ids.isEmpty else { return JobID(rawValue: 0) }
        if !leased.isEmpty, pick(2) == 0 { return leased[max(0, leased.count - 1 - pick(8))] }
        return ids[pick(4) == 0 ? pick(ids.count) : max(0, ids.count - 1 - pick(12))]
    }

    private mutating func lane() -> LaneID { LaneID(index: pick(lanes)) }

    /// Coarse, so that times coincide.
    private mutating func time(_ span: Int) -> Timestamp {
        now + .milliseconds(Int.random(in: min(0, span)...max(0, span), using: &chance) / 100 * 100)
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &chance) }
}
