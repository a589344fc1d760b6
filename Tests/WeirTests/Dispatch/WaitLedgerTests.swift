import Testing
import Timekeeping

@testable import Weir

struct WaitLedgerTests {
    private func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func `a stretch of time is split into what blocked the lane and its turn`() {
        var ledger = WaitLedger(at: .zero)
        ledger.note(.rateLimited, at: at(1000))
        ledger.note(.breakerOpen, at: at(4000))
        ledger.note(nil, at: at(5000))
        let waits = ledger.waits(since: at(0), at: at(6000))
        #expect(
            waits == [
                Wait(.rateLimited, .seconds(3)), Wait(.turn, .seconds(2)), Wait(.breakerOpen, .seconds(1)),
            ]
        )
    }

    @Test func `what blocks the lane still counts up to now`() {
        var ledger = WaitLedger(at: .zero)
        ledger.note(.quotaExhausted, at: at(500))
        #expect(ledger.waits(since: at(500), at: at(60_500)) == [Wait(.quotaExhausted, .seconds(60))])
    }

    @Test(arguments: [0, 2500, 5000])
    func `time before the ledger was begun and stretches of no length tell nothing`(_ begin: Int) {
        var ledger = WaitLedger(at: at(5000))
        ledger.note(.paused, at: at(5000))
        #expect(ledger.waits(since: at(begin), at: at(5000)).isEmpty)
        #expect(ledger.waits(since: at(begin), at: at(6000)) == [Wait(.paused, .seconds(1))])
    }

    @Test func `a long history takes little room, is exact in sum and nearly exact in the recent past`() {
        var ledger = WaitLedger(at: .zero)
        for second in 0..<10_000 {
            ledger.note(.rateLimited, at: at(second * 1000))
            ledger.note(nil, at: at(second * 1000 + 900))
            #expect(ledger.markCount <= WaitLedger.markLimit)
        }
        let end = at(10_000_000)
        #expect(
            ledger.waits(since: .zero, at: end) == [Wait(.rateLimited, .seconds(9000)), Wait(.turn, .seconds(1000))]
        )
        let recent = ledger.waits(since: at(9_990_000), at: end)
        #expect(recent.map(\.reason) == [.rateLimited, .turn])
        #expect(abs((recent.first?.duration ?? .zero).inSeconds - 9) < 0.2)
        let middle = ledger.waits(since: at(5_000_000), at: end).first
        #expect(middle?.reason == .rateLimited)
        #expect(abs((middle?.duration ?? .zero).inSeconds - 4500) < 450)
    }
}
