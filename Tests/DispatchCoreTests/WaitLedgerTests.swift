import Queueing
import Testing
import Timekeeping
import WeirPorts

@testable import DispatchCore

struct WaitLedgerTests {
    private let lane = LaneID(index: 7)
    private let section = Sleepers.Section(group: GroupID(index: 3), .normal)

    private func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    private func waits(_ ledgers: LaneLedgers, _ begin: Int, _ end: Int) -> [Wait] {
        ledgers.waits(lane: lane, section: section, .normal, since: at(begin), at: at(end))
    }

    @Test func `a stretch of time is split into what blocked the lane and its turn`() {
        var ledgers = LaneLedgers()
        ledgers.note(.rateLimited, lane: lane, at: at(1000))
        ledgers.note(.breakerOpen, lane: lane, at: at(4000))
        ledgers.note(nil, lane: lane, at: at(5000))
        #expect(
            waits(ledgers, 0, 6000) == [
                Wait(.rateLimited, .seconds(3)), Wait(.turn, .seconds(2)), Wait(.breakerOpen, .seconds(1)),
            ]
        )
    }

    @Test func `what blocks the lane still counts up to now`() {
        var ledgers = LaneLedgers()
        ledgers.note(.quotaExhausted, lane: lane, at: at(500))
        #expect(waits(ledgers, 500, 60_500) == [Wait(.quotaExhausted, .seconds(60))])
    }

    @Test(arguments: [0, 2500, 5000])
    func `before the first block there was none, and a stretch of no length tells nothing`(_ begin: Int) {
        var ledgers = LaneLedgers()
        ledgers.note(.paused, lane: lane, at: at(5000))
        #expect(waits(ledgers, 5000, 5000).isEmpty)
        let turn = begin < 5000 ? [Wait(.turn, .milliseconds(5000 - begin))] : []
        let expected = (turn + [Wait(.paused, .seconds(1))]).sorted { $0.duration > $1.duration }
        #expect(waits(ledgers, begin, 6000) == expected)
    }

    @Test func `blocks of all, of a section and of a lane are told together, and of two at once the outer one`() {
        var ledgers = LaneLedgers()
        ledgers.note(.rateLimited, lane: lane, at: at(0))
        ledgers.note(.paused, section: section, at: at(2000))
        ledgers.note(.journal, isDurable: true, isReserved: false, at: at(9000))
        ledgers.note(.draining, isDurable: true, isReserved: true, at: at(0))
        ledgers.note(.noToken, section: Sleepers.Section(group: GroupID(index: 3), .urgent), at: at(0))
        ledgers.note(.account, lane: LaneID(index: 6), at: at(0))
        #expect(
            waits(ledgers, 0, 10_000)
                == [
                    Wait(.paused, .seconds(8)), Wait(.rateLimited, .seconds(1)), Wait(.journal, .seconds(1)),
                ].sorted { $0.duration > $1.duration }
        )
    }

    @Test func `a long history takes little room, is exact in sum and nearly exact in the recent past`() {
        var ledger = WaitLedger(at: .zero)
        var ledgers = LaneLedgers()
        for second in 0..<10_000 {
            ledger.note(.rateLimited, at: at(second * 1000))
            ledger.note(nil, at: at(second * 1000 + 900))
            ledgers.note(.rateLimited, lane: lane, at: at(second * 1000))
            ledgers.note(nil, lane: lane, at: at(second * 1000 + 900))
            #expect(ledger.markCount <= WaitLedger.markLimit)
        }
        let end = 10_000_000
        #expect(waits(ledgers, 0, end) == [Wait(.rateLimited, .seconds(9000)), Wait(.turn, .seconds(1000))])
        let recent = waits(ledgers, 9_990_000, end)
        #expect(recent.map(\.reason) == [.rateLimited, .turn])
        #expect(abs((recent.first?.duration ?? .zero).inSeconds - 9) < 0.2)
        let middle = waits(ledgers, 5_000_000, end).first
        #expect(middle?.reason == .rateLimited)
        #expect(abs((middle?.duration ?? .zero).inSeconds - 4500) < 450)
    }
}
