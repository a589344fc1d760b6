import GatewaySupport
import Queueing
import Resilience
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// A message in doubt ends when WeChat would not know its repeat any more, whatever it waits for; and no end but an acceptance is certain.
struct DispatchDoubtTests {
    private static let mass = "/cgi-bin/message/mass/send"

    /// What a message may wait for.
    enum Obstruction: CaseIterable, Sendable {
        case breaker, pause, token, fault, quota, minute, held, journal, draining, retry
    }

    private func obstruct(_ harness: inout MachineHarness, _ lane: LaneID, by obstruction: Obstruction) {
        switch obstruction {
        case .breaker: _ = harness.machine.force(.open, breaker: 0, at: harness.now)
        case .pause: harness.machine.setPaused(true, app: 0, at: harness.now)
        case .token: harness.machine.setToken(.missing, app: 0, at: harness.now)
        case .fault: harness.machine.setToken(.fault(40013), app: 0, at: harness.now)
        case .quota: harness.send(lane, .errcode(45009), marks: [])
        case .minute: harness.send(lane, .errcode(45011), marks: [])
        case .held: harness.send(lane, .errcode(48001), marks: [])
        case .journal: harness.machine.journalIsWritable = false
        case .draining: harness.machine.isDraining = true
        case .retry: break
        }
    }

    /// The ids of messages that a look ends, by whether they were in doubt.
    private func ended(_ harness: inout MachineHarness) -> [JobID: JobState] {
        harness.pump()
            .reduce(into: [:]) { ends, action in
                if case .expire(let job, _) = action { ends[job.id] = job.honest(.expired) }
            }
    }

    @Test(arguments: Obstruction.allCases, [Path.template, mass])
    func `a message in doubt ends with the window, behind whatever it waits`(_ obstruction: Obstruction, _ path: String)
    {
        var harness = MachineHarness { ($0.breaker.minimumCalls, $0.retryClasses) = (1000, [.patient, .patient]) }
        let lane = harness.lane(path)
        let (id, other) = (harness.submit(lane), harness.submit(lane))
        #expect(Set(harness.starts()) == [id, other])
        harness.finish(id, .lost)
        harness.finish(other, .unsent)
        obstruct(&harness, lane, by: obstruction)
        let window = path == Path.template ? Duration.seconds(540) : .seconds(23 * 3600)
        harness.advance(window - .milliseconds(1))
        #expect(ended(&harness)[id] == nil)
        guard harness.machine.job(id) != nil, !harness.machine.isInFlight(id) else { return }
        #expect(harness.machine.nextWake(at: harness.now).map { $0 - harness.now.instant <= .milliseconds(1) } == true)
        harness.advance(.milliseconds(1))
        #expect(ended(&harness) == [id: .unknown])
        #expect(harness.machine.job(id) == nil)
        #expect(harness.machine.job(other) != nil)
    }

    @Test func `what an earlier process left in doubt ends with the window, too`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.machine.setPaused(true, app: 0, at: harness.now)
        var job = Job(id: JobID(rawValue: 7), lane: lane, acceptedAt: harness.now.timestamp + .seconds(-500))
        job.firstAttemptAt = harness.now.timestamp + .seconds(-480)
        job.marks = [.ambiguous, .deduplicated]
        #expect(harness.machine.recover(job, at: harness.now) == .waits)
        #expect(harness.machine.nextWake(at: harness.now) == harness.now.instant + .seconds(60))
        harness.advance(.seconds(60))
        #expect(ended(&harness) == [job.id: .unknown])
    }

    @Test(arguments: [Duration.seconds(-7200), .seconds(7200)])
    func `a step of the wall clock moves the end of the window by nothing`(_ step: Duration) {
        var harness = MachineHarness { ($0.breaker.minimumCalls, $0.retryClasses) = (1000, [.patient, .patient]) }
        let id = harness.submit(harness.lane(), lifetime: .seconds(86_400))
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        harness.machine.setPaused(true, app: 0, at: harness.now)
        harness.now.timestamp = harness.now.timestamp + step
        harness.advance(.seconds(539))
        #expect(ended(&harness) == [:])
        harness.advance(.seconds(1))
        #expect(ended(&harness) == [id: .unknown])
    }

    // MARK: Ends

    @Test(arguments: JobState.allCases)
    func `with a doubt behind it only an acceptance is certain`(_ end: JobState) {
        var job = Job(id: JobID(rawValue: 7), lane: LaneID(index: 0), acceptedAt: .noon)
        #expect(job.honest(end) == end)
        for marks in [JobFlags.ambiguous, .doubtedBefore] as [JobFlags] {
            job.marks = marks
            let isCertain = [.pending, .sending, .sent, .delivered].contains(end)
            #expect(job.honest(end) == (isCertain ? end : .unknown))
        }
    }

    @Test(arguments: [43101, 43004, 47003, 43116, 40001])
    func `a forced redrive after a doubt does not make a refusal certain`(_ code: Int) {
        var harness = MachineHarness()
        let id = harness.submit(harness.lane(), marks: [.doubtedBefore])
        #expect(harness.starts() == [id])
        let end = harness.finish(id, .errcode(code))?.disposition
        #expect(end == (code == 40001 ? .tokenRetry : .ended(.unknown)))
    }

    @Test func `what is used up after a forced redrive is not called dead`() {
        var harness = MachineHarness { $0.retryClasses = [.single, .single] }
        let id = harness.submit(harness.lane(), marks: [.doubtedBefore])
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .unsent)?.disposition == .ended(.unknown))
    }

    @Test func `a forced redrive is not stale, and its own doubt is one again`() {
        var harness = MachineHarness()
        let id = harness.submit(harness.lane(Path.custom), marks: [.doubtedBefore])
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .lost)?.disposition == .ended(.unknown))
        let accepted = harness.submit(harness.lane(Path.custom), marks: [.doubtedBefore])
        #expect(harness.starts() == [accepted])
        #expect(harness.finish(accepted, .ok)?.disposition == .ended(.sent))
    }
}

extension RetryPolicy {
    private static let pause = Backoff(base: .seconds(1), factor: 1, cap: .seconds(1), jitter: .none)
    /// Repeats for days, and seldom.
    fileprivate static let patient = RetryPolicy(
        fastAttempts: 1,
        backoff: pause,
        ladder: [.seconds(1)],
        thereafter: .seconds(600)
    )
    fileprivate static let single = RetryPolicy(fastAttempts: 1, backoff: pause)
}
