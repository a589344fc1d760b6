import GatewaySupport
import Queueing
import Resilience
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Whether a message may go again after the process that sent it has ended.
struct DispatchRecoveryTests {
    /// What an earlier process left, when its first attempt was begun, and what becomes of it.
    struct Case: Sendable {
        var path = Path.template
        var marks: JobFlags
        /// How long ago; `nil` where there was no attempt.
        var age: Duration?
        var end: DispatchMachine.Recovery
    }

    private static let mass = "/cgi-bin/message/mass/send"
    private static let custom = "/cgi-bin/message/custom/send"
    private static let hour = Duration.seconds(3600)

    static let cases: [Case] = [
        // Not in doubt: it goes on, whatever its age and type.
        Case(marks: [], age: nil, end: .waits),
        Case(marks: [], age: hour * 100, end: .waits),
        Case(path: custom, marks: [], age: hour * 100, end: .waits),
        Case(marks: [.deduplicated], age: hour * 100, end: .waits),
        Case(marks: [.callersTime], age: nil, end: .waits),
        // In doubt, and WeChat knows a repeat: in its window alone, which is longer for mass messages.
        Case(marks: [.ambiguous, .deduplicated], age: .zero, end: .waits),
        Case(marks: [.ambiguous, .deduplicated], age: .seconds(540) - .milliseconds(1), end: .waits),
        Case(marks: [.ambiguous, .deduplicated], age: .seconds(540), end: .endsUnknown),
        Case(path: mass, marks: [.ambiguous, .deduplicated], age: .seconds(540), end: .waits),
        Case(path: mass, marks: [.ambiguous, .deduplicated], age: hour * 23 - .milliseconds(1), end: .waits),
        Case(path: mass, marks: [.ambiguous, .deduplicated], age: hour * 23, end: .endsUnknown),
        // In doubt, and WeChat knows no repeat of the type, or no id is in the body.
        Case(marks: [.ambiguous], age: .zero, end: .endsUnknown),
        Case(path: mass, marks: [.ambiguous], age: .zero, end: .endsUnknown),
        Case(path: custom, marks: [.ambiguous], age: .zero, end: .endsUnknown),
        Case(path: custom, marks: [.ambiguous, .deduplicated], age: .zero, end: .endsUnknown),
        // Nobody knows how long ago it was: the clock was set back, or the time was not kept.
        Case(marks: [.ambiguous, .deduplicated], age: .seconds(-1), end: .endsUnknown),
        Case(marks: [.ambiguous, .deduplicated], age: .milliseconds(-500), end: .waits),
        Case(marks: [.ambiguous, .deduplicated], age: nil, end: .endsUnknown),
    ]

    @Test(arguments: cases)
    func `what is in doubt goes again only where and while WeChat knows a repeat`(_ left: Case) {
        var harness = MachineHarness()
        var job = Job(id: JobID(rawValue: 7), lane: harness.lane(left.path), acceptedAt: harness.now.timestamp)
        job.firstAttemptAt = left.age.map { harness.now.timestamp + (.zero - $0) }
        job.marks = left.marks
        #expect(harness.machine.recover(job, at: harness.now) == left.end)
        #expect(harness.starts() == (left.end == .waits ? [job.id] : []))
    }

    @Test(arguments: [
        (Duration.zero, false, Duration.seconds(2)), (hour * -8, false, .seconds(3)),
        (hour * -8, true, hour * 8 + .seconds(2)),
    ])
    func `a wait is no longer for a clock that was set back, unless its caller named the time`(
        _ step: Duration,
        _ isCallers: Bool,
        _ wait: Duration
    ) {
        var harness = MachineHarness()
        var job = Job(id: JobID(rawValue: 7), lane: harness.lane(), acceptedAt: harness.now.timestamp)
        job.firstAttemptAt = harness.now.timestamp + (.zero - step) + .seconds(-1)
        job.notBefore = harness.now.timestamp + (.zero - step) + .seconds(2)
        if isCallers { job.marks = [.callersTime] }
        #expect(harness.machine.recover(job, at: harness.now) == .waits)
        #expect(harness.machine.nextWake(at: harness.now) == harness.now.instant + wait)
    }

    @Test func `no wait before the process began is told as one for its turn`() {
        var harness = MachineHarness()
        var job = Job(id: JobID(rawValue: 7), lane: harness.lane(), acceptedAt: harness.now.timestamp + .seconds(-9))
        job.notBefore = harness.now.timestamp + .seconds(-8)
        #expect(harness.machine.recover(job, at: harness.now) == .waits)
        harness.advance(.seconds(1))
        #expect(harness.starts() == [job.id])
        #expect(harness.machine.leases[job.id]?.waits.map(\.duration) == [.seconds(1)])
    }

    @Test(arguments: [(true, JobState.pending), (false, .unknown)])
    func `an attempt in doubt is repeated where its body lets WeChat know the repeat`(
        _ isKnown: Bool,
        _ state: JobState
    ) {
        var harness = MachineHarness()
        let id = harness.submit(harness.lane(), marks: [])
        #expect(harness.starts() == [id])
        var evidence = AttemptEvidence()
        evidence.isRepeatKnown = isKnown
        let result = harness.machine.complete(
            id,
            with: .lost,
            evidence: evidence,
            at: harness.now,
            using: &harness.generator
        )
        switch result?.disposition {
        case .retry: #expect(isKnown)
        case .ended(let end): #expect(!isKnown && end == state)
        default: Issue.record("\(String(describing: result))")
        }
    }

    @Test func `a repeat that the budget puts off leaves before its window ends, though timers are late`() {
        var harness = MachineHarness {
            ($0.breaker.minimumCalls, $0.maxInFlight) = (100_000, 100_000)
        }
        let (lane, first) = (harness.lane(), harness.now.timestamp)
        let ids = (0..<8_000).map { _ in harness.submit(lane) }
        #expect(harness.starts().count == ids.count)
        let times = ids.compactMap { id -> Timestamp? in
            guard case .retry(let due, _, _) = harness.finish(id, .lost)?.disposition else { return nil }
            return due
        }
        #expect(times.count == ids.count)
        #expect(times.max() == first + .seconds(539))
    }
}
