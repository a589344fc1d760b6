import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

@Suite struct StoredWaitsTests {
    @Test(
        arguments: [
            ([], nil),
            ([Wait(.turn, .microseconds(999))], nil),
            ([Wait(.rateLimited, .milliseconds(1_200))], "rate_limited=1200"),
            (
                [Wait(.breakerOpen, .seconds(30)), Wait(.turn, .zero), Wait(.noToken, .milliseconds(5))],
                "breaker_open=30000,no_token=5"
            ),
        ] as [([Wait], String?)]
    )
    func `waits are kept short, and none as NULL`(waits: [Wait], text: String?) {
        #expect(StoredWaits.text(waits) == text)
        #expect(StoredWaits.waits(text) == waits.filter { $0.duration >= .milliseconds(1) })
    }

    @Test func `every reason comes back as it went in`() {
        let waits = WaitReason.allCases.map { Wait($0, .milliseconds(7)) }
        #expect(StoredWaits.waits(StoredWaits.text(waits)) == waits)
    }

    @Test(arguments: [
        "moon_phase=4,turn=3", "turn=3,turn", "turn=3,=5", "turn=3,rate_limited=", "turn=3,rate_limited=-1",
        "turn=3,rate_limited=1=2", "turn=3,", "turn=3,rate_limited=99999999999999999999",
    ])
    func `what another version wrote and this one can't read is left out`(text: String) {
        #expect(StoredWaits.waits(text) == [Wait(.turn, .milliseconds(3))])
    }

    @Test(arguments: [RetryCost.free, .paid, .deferred(.zero), .deferred(.milliseconds(1_500))])
    func `a repeat's cost comes back as it went in`(cost: RetryCost) {
        #expect(StoredWaits.cost(StoredWaits.text(cost)) == cost)
    }

    @Test(arguments: ["", "gold", "deferred", "deferred=soon", "paid=1"])
    func `an unknown cost is none`(text: String) {
        #expect(StoredWaits.cost(text) == .free)
    }
}
