import Queueing
import Timekeeping
import WeirPorts

/// What blocked each lane, and for how long, kept where it was: a block of all lanes, of a section, or of one lane. So that a block
/// of a thousand lanes is noted once.
struct LaneLedgers: Sendable {
    private var lanes: [WaitLedger?] = []
    private var sections: [WaitLedger?] = []
    /// By kind and class: relayed calls and messages, of the lower and of the upper two priorities.
    private var kinds: [WaitLedger?] = Array(repeating: nil, count: 4)

    mutating func note(_ reason: Obstacle.Reason?, lane: LaneID, at now: Instant) {
        LaneLedgers.note(reason, lane.index, in: &lanes, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, section: Sleepers.Section, at now: Instant) {
        LaneLedgers.note(reason, section.index, in: &sections, at: now)
    }

    mutating func note(_ reason: Obstacle.Reason?, isDurable: Bool, isReserved: Bool, at now: Instant) {
        LaneLedgers.note(reason, LaneLedgers.kind(isDurable, isReserved), in: &kinds, at: now)
    }

    /// The lane is gone; the next one in its place begins anew.
    mutating func forget(lane: LaneID) {
        if lane.index < lanes.count { lanes[lane.index] = nil }
    }

    mutating func forget(section: Sleepers.Section) {
        if section.index < sections.count { sections[section.index] = nil }
    }

    /// What the time from `begin` to `now` went by with, longest first. Time in which nothing blocked is `turn`. The outer
    /// blocks are counted first, and the inner ones up to the time that is left.
    func waits(
        lane: LaneID,
        section: Sleepers.Section,
        isDurable: Bool,
        since begin: Instant,
        at now: Instant
    ) -> [Wait] {
        guard begin < now else { return [] }
        var left = now - begin
        var shares = Obstacle.Reason.allCases.map { _ in Duration.zero }
        let outermostFirst = [
            kinds[LaneLedgers.kind(isDurable, section.isReserved)],
            section.index < sections.count ? sections[section.index] : nil,
            lane.index < lanes.count ? lanes[lane.index] : nil,
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
