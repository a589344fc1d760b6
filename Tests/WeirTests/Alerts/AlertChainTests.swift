import Testing
import Timekeeping

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertChainTests {
    private let now = Timestamp(milliseconds: 1_700_000_100_000)

    private func chain(_ sink: String, _ group: String, _ recipient: String) -> AlertChain {
        AlertChain(AlertFixtures.notification(sink: sink, group: group), recipient: recipient, at: now)
    }

    @Test func `each sink, group and recipient has keys of its own`() {
        let chains = [
            chain("a", "b", "c"), chain("ab", "", "c"), chain("a", "bc", ""), chain("c", "b", "a"),
            chain("a", "b", "d"),
        ]
        #expect(Set(chains.map(\.name)).count == chains.count)
        #expect(chain("a", "b", "c") == chain("a", "b", "c"))
        #expect(chain("a", "b", "c").key(0) != chain("a", "b", "c").key(1))
    }

    @Test func `the stretch before is that of five minutes ago, before 1970 too`() {
        let notification = AlertFixtures.notification()
        for milliseconds: Int64 in [-600_001, -300_000, -1, 0, 299_999, 300_000, 1_700_000_100_000] {
            let now = Timestamp(milliseconds: milliseconds)
            let ago = AlertChain(notification, recipient: "", at: now + (.zero - AlertChain.window))
            #expect(AlertChain(notification, recipient: "", at: now).before == ago, "\(milliseconds)")
        }
    }
}
