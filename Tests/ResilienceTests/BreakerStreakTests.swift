import Resilience
import TestSupport
import Testing

/// Failures in a row, where there are few calls.
struct BreakerStreakTests {
    /// Ends of calls, each so many seconds after the start.
    struct Calls: Sendable, CustomTestStringConvertible {
        var failures: [Int]
        var successes: [Int] = []
        var ignored: [Int] = []
        var policy = CircuitBreakerPolicy.plain
        var opens: Bool

        var testDescription: String { "\(failures) but \(successes), \(policy.consecutiveFailures) → \(opens)" }
    }

    static let hour = 3600
    private static let never = CircuitBreakerPolicy(consecutiveFailures: 0, jitter: 0)
    private static let once = CircuitBreakerPolicy(consecutiveFailures: 1, jitter: 0)

    @Test(arguments: [
        // Ten messages a day, and nothing of WeChat.
        Calls(failures: [0, hour, 2 * hour, 3 * hour, 4 * hour], opens: true),
        Calls(failures: [0, 1, 2, 3, 5], opens: true),
        Calls(failures: [0, 1, 2, 3, 4], opens: false),
        Calls(failures: [0, 0, 0, 0, 0, 0, 0, 0], opens: false),
        Calls(failures: [0, 10, 20, 30], opens: false),
        Calls(failures: [0, 10, 20, 30, 40], successes: [25], opens: false),
        Calls(failures: [0, 10, 20, 30, 40, 50, 60], successes: [15], opens: true),
        Calls(failures: [0, 10, 20, 30, 40], ignored: [5, 15, 25, 35], opens: true),
        Calls(failures: [0, 10, 20, 30, 40], policy: never, opens: false),
        Calls(failures: [0], policy: once, opens: false),
        Calls(failures: [0, 5], policy: once, opens: true),
    ])
    func `it opens when calls fail one after another, however few they are`(calls: Calls) {
        var machine = CircuitBreakerMachine(calls.policy, at: .zero)
        var reason: BreakerReason?
        let ends =
            calls.failures.map { ($0, CallResult.failure) } + calls.successes.map { ($0, .success) }
            + calls.ignored.map { ($0, .ignored) }
        for (second, result) in ends.sorted(by: { $0.0 < $1.0 }) {
            reason = machine.call(result, at: after(.seconds(second)))?.reason ?? reason
        }
        #expect(reason == (calls.opens ? .consecutiveFailures : nil))
        #expect(machine.state == (calls.opens ? .open : .closed))
    }

    @Test func `a busy client with its usual failures opens nothing`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for number in 0..<60_000 {
            // 200 calls a second, 3 in a hundred of which fail, in a row.
            let result: CallResult = number % 100 < 3 ? .failure : .success
            #expect(machine.call(result, at: after(.milliseconds(number * 5))) == nil)
        }
        #expect(machine.state == .closed)
    }

    @Test func `a hanging call that fails in the end is one of them`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        var reason: BreakerReason?
        for number in 1...5 {
            guard let permit = machine.grant(at: after(.seconds(number * 60))) else { return }
            #expect(machine.overdue(permit, at: after(.seconds(number * 60 + 5))) == nil)
            let end = after(.seconds(number * 60 + 6))
            reason = machine.report(.failure, took: .seconds(6), wasOverdue: true, for: permit, at: end)?.reason
        }
        #expect(reason == .consecutiveFailures)
    }

    @Test func `once closed again it begins to count anew, and an operator's word counts more`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for second in [0, 10, 20, 30] { machine.call(.failure, at: after(.seconds(second))) }
        _ = machine.force(.open, at: after(.seconds(31)))
        _ = machine.force(.close, at: after(.seconds(32)))
        for second in [40, 50, 60, 70, 80, 90] { #expect(machine.call(.failure, at: after(.seconds(second))) == nil) }
        _ = machine.force(.auto, at: after(.seconds(100)))
        #expect(machine.call(.failure, at: after(.seconds(110))) == nil)
        #expect(machine.state == .closed)
    }

    @Test func `a reload changes how many are needed, and forgets none`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for second in [0, 10, 20] { machine.call(.failure, at: after(.seconds(second))) }
        machine.update(CircuitBreakerPolicy(consecutiveFailures: 3, jitter: 0), at: after(.seconds(21)))
        #expect(machine.call(.failure, at: after(.seconds(30)))?.reason == .consecutiveFailures)
    }
}
