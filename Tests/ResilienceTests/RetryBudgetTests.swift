import Resilience
import TestSupport
import Testing

struct RetryBudgetTests {
    private let small = RetryBudgetPolicy(ratio: 0.2, floor: RateLimit(permits: 1, per: .seconds(1), burst: 2))

    private func granted(_ budget: inout RetryBudget, at now: Instant) -> Int {
        var granted = 0
        while budget.charge(at: now) == .granted { granted += 1 }
        return granted
    }

    @Test func `without traffic there is the floor`() {
        var budget = RetryBudget(RetryBudgetPolicy(), at: .zero)
        #expect(budget.balance(at: .zero) == 10)
        #expect(granted(&budget, at: .zero) == 10)
        #expect(budget.charge(at: .zero) == .wait(.milliseconds(100)))
        #expect(granted(&budget, at: after(.milliseconds(250))) == 2)
    }

    @Test(arguments: [(0, 2), (4, 2), (5, 3), (9, 3), (10, 4), (1000, 202)])
    func `a fifth of the calls may be retried`(calls: Int, retries: Int) {
        var budget = RetryBudget(small, at: .zero)
        for _ in 0..<calls { budget.recordCall(at: .zero) }
        #expect(budget.balance(at: .zero) == Double(calls) / 5 + 2)
        #expect(granted(&budget, at: .zero) == retries)
    }

    @Test(arguments: [(0.0, 0), (-1, 0), (0.001, 1), (0.0014, 1), (1, 1000), (7, 1000), (Double.nan, 0)])
    func `the share is kept to the thousandth`(ratio: Double, retries: Int) {
        var budget = RetryBudget(RetryBudgetPolicy(ratio: ratio, floor: small.floor), at: .zero)
        for _ in 1...1000 { budget.recordCall(at: .zero) }
        #expect(granted(&budget, at: .zero) == retries + 2)
    }

    @Test func `credits expire after ten seconds`() {
        var budget = RetryBudget(small, at: .zero)
        for _ in 1...100 { budget.recordCall(at: .zero) }
        #expect(budget.balance(at: after(.milliseconds(9999))) == 22)
        #expect(budget.balance(at: after(.seconds(10))) == 2)
        #expect(granted(&budget, at: after(.seconds(10))) == 2)
    }

    @Test func `the oldest credits are spent first`() {
        var budget = RetryBudget(small, at: .zero)
        for _ in 1...10 { budget.recordCall(at: .zero) }
        for _ in 1...10 { budget.recordCall(at: after(.seconds(5))) }
        for _ in 1...2 { #expect(budget.charge(at: after(.seconds(5))) == .granted) }
        #expect(budget.balance(at: after(.seconds(12))) == 4)
    }

    @Test func `a refund is worth one retry and there is none without a charge`() {
        var budget = RetryBudget(small, at: .zero)
        budget.refund(at: .zero)
        #expect(budget.balance(at: .zero) == 2)
        #expect(granted(&budget, at: .zero) == 2)
        for _ in 1...5 { budget.refund(at: .zero) }
        #expect(budget.balance(at: .zero) == 2)
        #expect(granted(&budget, at: .zero) == 2)
        budget.refund(at: after(.seconds(10)))
        #expect(budget.balance(at: after(.seconds(10))) == 2)
    }

    @Test func `a reload keeps credits and gives no floor away`() {
        var budget = RetryBudget(small, at: .zero)
        for _ in 1...10 { budget.recordCall(at: .zero) }
        #expect(granted(&budget, at: .zero) == 4)
        for _ in 1...10 { budget.recordCall(at: .zero) }
        budget.update(RetryBudgetPolicy(ratio: 1, floor: small.floor), at: .zero)
        #expect(budget.balance(at: .zero) == 2)
        budget.recordCall(at: .zero)
        #expect(budget.balance(at: .zero) == 3)
        #expect(budget.policy.ratio == 1)
    }

    @Test(arguments: 0..<15)
    func `in any interval retries keep to the share of calls and the floor`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var budget = RetryBudget(small, at: .zero)
        var now = Instant.zero
        var calls: [Instant] = []
        var retries: [Instant] = []
        for _ in 1...250 {
            now = now + .milliseconds(Int.random(in: 0...400, using: &generator))
            if Bool.random(using: &generator) {
                budget.recordCall(at: now)
                calls.append(now)
            } else if budget.charge(at: now) == .granted {
                retries.append(now)
            }
        }
        for first in retries.indices {
            for last in first..<retries.count {
                let time = retries[last] - retries[first]
                let counted = calls.count { $0 <= retries[last] && retries[first] - $0 <= .seconds(10) }
                #expect(Double(last - first + 1) <= 0.2 * Double(counted) + 2 + time.inSeconds + 1e-6)
            }
        }
        #expect(!retries.isEmpty)
    }
}
