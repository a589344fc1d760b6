import Queueing
import Timekeeping
import WeirPorts

/// What blocked a lane, and for how long: the memory behind "waited 12 s for the limiter".
///
/// Keeps one running total a reason, and marks of the totals in the past, so that any stretch of time can be split up. Bounded: when there
/// are too many marks, every second one of the older ones goes, so that what is long ago is known less exactly than what is recent.
struct WaitLedger: Equatable, Sendable {
    private struct Mark: Equatable, Sendable {
        var at: Instant
        var totals: [Duration]
    }

    /// Marks kept at most.
    static let markLimit = 64
    /// Marks that thinning leaves alone, the newest.
    private static let recent = 16
    /// Two marks are at least this far apart.
    private static let resolution = Duration.milliseconds(500)

    private var blockedBy: Obstacle.Reason?
    private var since: Instant
    private var totals: [Duration]
    private var marks: [Mark]

    init(at now: Instant) {
        since = now
        totals = Obstacle.Reason.allCases.map { _ in .zero }
        marks = [Mark(at: now, totals: totals)]
    }

    var markCount: Int { marks.count }

    /// The lane is blocked by `reason` from now on, or by nothing.
    mutating func note(_ reason: Obstacle.Reason?, at now: Instant) {
        guard reason != blockedBy else { return }
        totals = totals(at: now)
        blockedBy = reason
        since = now
        guard let last = marks.last, now - last.at >= WaitLedger.resolution else { return }
        marks.append(Mark(at: now, totals: totals))
        if marks.count > WaitLedger.markLimit { thin() }
    }

    private mutating func thin() {
        let old = marks.count - WaitLedger.recent
        marks = marks.enumerated().filter { $0.offset >= old || $0.offset % 2 == 0 }.map(\.element)
    }

    /// For how much of the time from `begin` to `now` each reason blocked the lane, in the order of the reasons. Time before the ledger
    /// was begun is nobody's.
    func shares(since begin: Instant, at now: Instant) -> [Duration] {
        let (before, after) = (totals(at: max(begin, marks.first?.at ?? now)), totals(at: now))
        return zip(after, before).map { $0 - $1 }
    }

    /// The totals as they were at `instant`; between two marks, as if they had grown evenly.
    private func totals(at instant: Instant) -> [Duration] {
        if instant >= since {
            guard let blockedBy, let index = Obstacle.Reason.allCases.firstIndex(of: blockedBy) else { return totals }
            var present = totals
            present[index] += instant - since
            return present
        }
        let next = marks.firstIndex { $0.at > instant } ?? marks.count
        guard next > 0 else { return marks.first?.totals ?? totals }
        let left = marks[next - 1]
        let right = next < marks.count ? marks[next] : Mark(at: since, totals: totals)
        let width = (right.at - left.at).inSeconds
        let share = width > 0 ? (instant - left.at).inSeconds / width : 0
        return zip(left.totals, right.totals).map { $0 + ($1 - $0) * share }
    }
}

/// What blocked each lane, and for how long, kept where it was: a block of all lanes, of a section, or of one lane. So that a block
/// of a thousand lanes is noted once.
struct LaneLedgers: Sendable {
    private var lanes: [WaitLedger?] = []
    /// Of the lower two priorities alone.
    private var lowers: [WaitLedger?] = []
    private var sections: [WaitLedger?] = []
    /// Of one priority of a group.
    private var priorities: [WaitLedger?] = []
    /// By kind and class: relayed calls and messages, of the lower and of the upper two priorities.
    private var kinds: [WaitLedger?] = Array(repeating: nil, count: 4)

    mutating func note(_ reason: Obstacle.Reason?, lane: LaneID, at now: Instant) {
        LaneLedgers.note(reason, lane.index, in: &lanes, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, lower lane: LaneID, at now: Instant) {
        LaneLedgers.note(reason, lane.index, in: &lowers, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, section: Sleepers.Section, at now: Instant) {
        LaneLedgers.note(reason, section.index, in: &sections, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, _ group: GroupID, _ priority: Priority, at now: Instant) {
        LaneLedgers.note(reason, LaneLedgers.index(group, priority), in: &priorities, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, isDurable: Bool, isReserved: Bool, at now: Instant) {
        LaneLedgers.note(reason, LaneLedgers.kind(isDurable, isReserved), in: &kinds, at: now)
    }

    /// The lane is gone; the next one in its place begins anew.
    mutating func forget(lane: LaneID) {
        if lane.index < lanes.count { lanes[lane.index] = nil }
        if lane.index < lowers.count { lowers[lane.index] = nil }
    }

    mutating func forget(section: Sleepers.Section) {
        if section.index < sections.count { sections[section.index] = nil }
        for priority in section.priorities {
            let index = LaneLedgers.index(section.group, priority)
            if index < priorities.count { priorities[index] = nil }
        }
    }

    private static func index(_ group: GroupID, _ priority: Priority) -> Int {
        group.index * Priority.allCases.count + Int(priority.rawValue)
    }

    /// What the time from `begin` to `now` went by with, longest first. Time in which nothing blocked is `turn`. The outer
    /// blocks are counted first, and the inner ones up to the time that is left.
    func waits(
        lane: LaneID,
        section: Sleepers.Section,
        _ priority: Priority,
        since begin: Instant,
        at now: Instant
    ) -> [Wait] {
        guard begin < now else { return [] }
        var left = now - begin
        var shares = Obstacle.Reason.allCases.map { _ in Duration.zero }
        let own = LaneLedgers.index(section.group, priority)
        let outermostFirst = [
            kinds[LaneLedgers.kind(lane.isDurable, section.isReserved)],
            section.index < sections.count ? sections[section.index] : nil,
            own < priorities.count ? priorities[own] : nil,
            lane.index < lanes.count ? lanes[lane.index] : nil,
            !section.isReserved && lane.index < lowers.count ? lowers[lane.index] : nil,
        ]
        for ledger in outermostFirst {
            guard let ledger else { continue }
            for (index, share) in ledger.shares(since: begin, at: now).enumerated() {
                let counted = min(max(.zero, share), left)
                shares[index] += counted
                left -= counted
            }
        }
        var waits = zip(Obstacle.Reason.allCases, shares).filter { $1 >= .milliseconds(1) }.map { Wait($0, $1) }
        if left >= .milliseconds(1) { waits.append(Wait(.turn, left)) }
        return waits.sorted { $0.duration > $1.duration }
    }

    private static func kind(_ isDurable: Bool, _ isReserved: Bool) -> Int {
        (isDurable ? 2 : 0) + (isReserved ? 1 : 0)
    }

    private static func note(
        _ reason: Obstacle.Reason?,
        _ index: Int,
        in ledgers: inout [WaitLedger?],
        at now: Instant
    ) {
        if index >= ledgers.count {
            guard reason != nil else { return }
            ledgers += Array(repeating: nil, count: index + 1 - ledgers.count)
        }
        if ledgers[index] == nil, reason != nil { ledgers[index] = WaitLedger(at: now) }
        ledgers[index]?.note(reason, at: now)
    }
}
