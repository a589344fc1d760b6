import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What goes to WeChat while a breaker is not closed.
@Suite struct DispatchProbeTests {
    /// An app of WeChat's, with a token, whose breaker for messages has opened and may be probed.
    struct Bench {
        var harness = MachineHarness { $0.breaker = CircuitBreakerPolicy(openMax: .seconds(10), probes: 2, jitter: 0) }
        let app: AppPlace
        let custom: LaneID
        let template: LaneID

        init() {
            app = harness.machine.addApp("shop", at: harness.now.instant)
            harness.machine.setToken(.ready, app: app, at: harness.now)
            custom = harness.lane(Path.custom, app: app)
            template = harness.lane(Path.template, app: app)
            harness.breakBreakerAndForget(custom)
            harness.advance(.seconds(11))
        }

        /// A message of Weir's own, about alerts.
        @discardableResult
        mutating func alert(_ number: UInt64, _ lane: LaneID) -> JobID {
            let id = JobID(rawValue: 1_000_000 + number)
            let job = Job(
                id: id,
                lane: lane,
                priority: .urgent,
                promise: Promise.none,
                retryClass: MachineHarness.available,
                acceptedAt: harness.now.timestamp
            )
            _ = harness.machine.submit(job, at: harness.now)
            return id
        }

        /// What a look starts.
        mutating func leases() -> [Lease] { harness.pump().compactMap(\.started) }

        mutating func answer(_ lease: Lease, _ result: Classification, after time: Duration = .milliseconds(10)) {
            harness.finish(lease.job.id, result, after: time)
        }

        func isQuestion(_ lease: Lease) -> Bool { lease.job.marks.contains(.ownProbe) }
        var circuit: CircuitBreakerMachine { harness.breaker(custom) }
    }

    @Test func `no alert is a probe: Weir asks a question of its own, and alerts go once the breaker is closed`() {
        var bench = Bench()
        let alerts = [bench.alert(1, bench.custom), bench.alert(2, bench.template)]
        for successes in 0..<2 {
            #expect(bench.circuit.probeSuccesses == successes)
            let leases = bench.leases()
            #expect(leases.count == 1 && leases.allSatisfy(bench.isQuestion))
            // All wait for its answer.
            #expect(bench.leases().isEmpty)
            #expect(bench.harness.machine.obstacle(of: alerts[0], at: bench.harness.now)?.reason == .breakerOpen)
            if let question = leases.first { bench.answer(question, .ok) }
        }
        #expect(bench.circuit.state == .closed)
        #expect(Set(bench.leases().map(\.job.id)) == Set(alerts))
    }

    @Test func `of a robot that has a token the alert itself is the probe: there is no question to ask it`() {
        var bench = Bench()
        let (app, now) = (bench.app, bench.harness.now.instant)
        let lane = bench.harness.machine.lane(MessageType.wecomApp.descriptor, of: app, isDurable: true, at: now)
        bench.harness.breakBreakerAndForget(lane)
        bench.harness.advance(.seconds(11))
        let alert = bench.alert(1, lane)
        #expect(bench.leases().map(\.job.id) == [alert])
    }

    @Test(arguments: [Classification.unsent, .lost])
    func `a question without an answer opens the breaker for longer, and loses nothing`(_ result: Classification) {
        var bench = Bench()
        let alert = bench.alert(1, bench.custom)
        guard let question = bench.leases().first else {
            Issue.record("no question")
            return
        }
        bench.answer(question, result)
        #expect(bench.circuit.state == .open && bench.leases().isEmpty)
        #expect(bench.harness.machine.job(alert)?.startedAttempts == 0)
        bench.harness.advance(.seconds(30))
        #expect(bench.leases().map(bench.isQuestion) == [true])
    }

    @Test func `a question whose answer says nothing is asked again a second later, not at once`() {
        var bench = Bench()
        bench.alert(1, bench.custom)
        for _ in 0..<5 {
            let leases = bench.leases()
            #expect(leases.map(bench.isQuestion) == [true])
            // A rejected token concerns WeChat's health in no way.
            for lease in leases { bench.answer(lease, .errcode(40001)) }
            #expect(bench.circuit.state == .halfOpen && bench.leases().isEmpty)
            bench.harness.advance(.seconds(1))
        }
        #expect(bench.harness.machine.inFlight == 0)
        #expect(bench.harness.machine.apps[bench.app].hold == nil)
    }

    @Test func `a client's work is a probe before Weir asks anything, and what can be repeated before what can't`() {
        var bench = Bench()
        bench.alert(1, bench.custom)
        let once = bench.harness.submit(bench.custom, .high)
        let repeatable = bench.harness.submit(bench.template, .low)
        #expect(bench.leases().map(\.job.id) == [repeatable, once])
    }

    @Test func `among what can be repeated the order stays`() {
        var bench = Bench()
        let later = bench.harness.submit(bench.template, .low)
        let first = bench.harness.submit(bench.template, .high)
        #expect(bench.leases().map(\.job.id) == [first, later])
    }

    @Test func `work that may not leave itself is no reason to pass over other work`() {
        var bench = Bench()
        let once = bench.harness.submit(bench.custom)
        bench.harness.submit(bench.template)
        bench.harness.machine.gates[bench.template.gate].park = Park(
            obstacle: .quotaExhausted,
            end: .instant(bench.harness.now.instant + .seconds(600)),
            cause: Cause("errcode 45009", since: bench.harness.now.timestamp)
        )
        #expect(bench.leases().map(\.job.id) == [once])
    }

    @Test func `a client's message that comes while only alerts wait is the next probe`() {
        var bench = Bench()
        bench.alert(1, bench.custom)
        guard let question = bench.leases().first else { return }
        let message = bench.harness.submit(bench.template)
        #expect(bench.leases().isEmpty)
        bench.answer(question, .ok)
        #expect(bench.leases().map(\.job.id) == [message])
    }

    @Test func `a robot, which can be asked nothing, is probed by what it is to say`() {
        var harness = MachineHarness { $0.breaker = CircuitBreakerPolicy(probes: 1, jitter: 0) }
        let lane = harness.lane(Path.custom)
        harness.breakBreakerAndForget(lane)
        harness.advance(.seconds(11))
        let job = Job(id: JobID(rawValue: 99), lane: lane, promise: Promise.none, acceptedAt: harness.now.timestamp)
        _ = harness.machine.submit(job, at: harness.now)
        #expect(harness.starts() == [job.id])
    }

    @Test func `a question that is not asked after all leaves nothing behind`() {
        var bench = Bench()
        bench.alert(1, bench.custom)
        guard let question = bench.leases().first else { return }
        bench.harness.machine.discard(question.job.id, at: bench.harness.now)
        #expect(bench.harness.machine.inFlight == 0 && bench.circuit.probesInFlight == 0)
        #expect(bench.harness.machine.job(question.job.id) == nil)
        bench.harness.advance(.seconds(1))
        #expect(bench.leases().map(bench.isQuestion) == [true])
    }

    @Test func `a question needs no permit of the app's`() {
        var bench = Bench()
        let scarce = RateLimit(permits: 1, per: .seconds(3600), burst: 1)
        bench.harness.machine.apps[bench.app].route.limits = AppLimits(others: scarce)
        bench.alert(1, bench.custom)
        for _ in 0..<2 {
            let leases = bench.leases()
            #expect(leases.map(bench.isQuestion) == [true])
            for lease in leases { bench.answer(lease, .ok) }
        }
        #expect(bench.circuit.state == .closed)
    }
}

extension MachineHarness {
    /// Opens a breaker; what failed meanwhile waits for no retry.
    fileprivate mutating func breakBreakerAndForget(_ lane: LaneID) {
        breakBreaker(lane)
        for number in 1...100 as ClosedRange<UInt64> { _ = machine.cancel(JobID(rawValue: number)) }
    }
}
