import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// How far one call's answer reaches.
@Suite struct ReachTests {
    /// A relayed call that is refused twice with its token, or once for good.
    private func refuse(_ harness: inout MachineHarness, _ lane: LaneID, _ code: Int, fingerprint: UInt64) {
        let id = harness.submit(lane, lifetime: .seconds(30), marks: [])
        var evidence = AttemptEvidence()
        evidence.fingerprint = fingerprint
        for _ in 0..<2 where harness.starts().contains(id) {
            _ = harness.machine.complete(
                id,
                with: .errcode(code, on: Path.menu),
                evidence: evidence,
                at: harness.now,
                using: &harness.generator
            )
        }
    }

    @Test(arguments: [40001, 40014, 40013, 41002]) func `one call that is refused again and again stops nobody else`(
        _ code: Int
    ) {
        var harness = MachineHarness()
        let (menu, other) = (harness.lane(Path.menu, isDurable: false), harness.lane())
        for _ in 0..<20 { refuse(&harness, menu, code, fingerprint: 7) }
        #expect(harness.machine.apps[0].hold == nil)
        let id = harness.submit(other)
        #expect(harness.starts().contains(id))
    }

    @Test(arguments: [40001, 40014]) func `a second, different call that is rejected too holds the app`(_ code: Int) {
        var harness = MachineHarness()
        let menu = harness.lane(Path.menu, isDurable: false)
        refuse(&harness, menu, code, fingerprint: 7)
        refuse(&harness, menu, code, fingerprint: 8)
        #expect(harness.machine.apps[0].hold?.reason == .tokenRejected)
    }

    @Test func `calls that are accepted with the token prove it`() {
        var harness = MachineHarness()
        let (menu, other) = (harness.lane(Path.menu, isDurable: false), harness.lane())
        for number in 0..<20 {
            harness.send(other, .ok)
            harness.advance(.seconds(1))
            refuse(&harness, menu, 40001, fingerprint: UInt64(number))
        }
        #expect(harness.machine.apps[0].hold == nil)
    }

    @Test(arguments: [40164, 50007, 89503]) func `what can't be about a call's content holds the app at once`(
        _ code: Int
    ) {
        guard ErrorCodeTable.isKnown(code) else { return }
        var harness = MachineHarness()
        let menu = harness.lane(Path.menu, isDurable: false)
        refuse(&harness, menu, code, fingerprint: 7)
        #expect(harness.machine.apps[0].hold != nil)
    }

    @Test func `logins need no token, and no hold or missing token stops them`() {
        var harness = MachineHarness()
        let login = harness.lane("/sns/jscode2session", isDurable: false)
        harness.machine.setToken(.fault(40164), app: 0, at: harness.now)
        let first = harness.submit(login, lifetime: .seconds(4))
        #expect(harness.starts() == [first])
        harness.machine.setToken(.ready, app: 0, at: harness.now)
        harness.send(harness.lane(), .errcode(40164))
        #expect(harness.machine.apps[0].hold != nil)
        let second = harness.submit(login, lifetime: .seconds(4))
        #expect(harness.starts().contains(second))
        #expect(harness.machine.apps[0].hold?.probe == nil)
    }

    @Test func `a quota that ends closes its own path where a lane is shared`() {
        var harness = MachineHarness()
        let lane = harness.lane("/brand/new", isDurable: false)
        let id = harness.submit(lane, lifetime: .seconds(4))
        #expect(harness.starts() == [id])
        var evidence = AttemptEvidence()
        evidence.path = "/brand/new"
        _ = harness.machine.complete(
            id,
            with: .errcode(45009),
            evidence: evidence,
            at: harness.now,
            using: &harness.generator
        )
        var job = Job(id: JobID(rawValue: 900), lane: lane, isDurable: false, acceptedAt: harness.now.timestamp)
        job.expiresAt = harness.now.timestamp + .seconds(4)
        #expect(harness.machine.refusal(of: job, path: "/brand/new", at: harness.now)?.reason == .quotaExhausted)
        #expect(harness.machine.refusal(of: job, path: "/brand/other", at: harness.now) == nil)
        let other = harness.submit(lane, lifetime: .seconds(4))
        #expect(harness.starts() == [other])
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.machine.refusal(of: job, path: "/brand/new", at: harness.now) == nil)
    }

    @Test func `no more paths are remembered than may be`() {
        var parks = PathParks()
        let now = SteadyClock().present(Moment(instant: .zero, timestamp: MachineHarness.noon))
        for number in 0..<(PathParks.limit + 100) {
            let cause = Cause("errcode 45009", since: MachineHarness.noon)
            let park = Park(obstacle: .quotaExhausted, end: .wall(.distantFuture), cause: cause)
            let forgotten = parks.park("/p\(number)", app: 0, park)
            #expect(forgotten?.path == (number < PathParks.limit ? nil : "/p\(number - PathParks.limit)"))
        }
        #expect(parks.count == PathParks.limit)
        #expect(parks.obstacle(of: "/p0", app: 0, at: now) == nil)
        #expect(parks.obstacle(of: "/p\(PathParks.limit + 99)", app: 0, at: now) != nil)
    }

    @Test func `a path that nobody knows stands behind its own group, whatever was called first`() {
        let paths = ["/sns/unheard", "/cgi-bin/unheard", "/cgi-bin/media/unheard"]
        for first in paths {
            var harness = MachineHarness()
            _ = harness.lane(first, isDurable: false)
            harness.machine.setToken(.missing, app: 0, at: harness.now)
            for path in paths {
                let id = harness.submit(harness.lane(path, isDurable: false), lifetime: .seconds(5))
                #expect(harness.starts() == (path.hasPrefix("/sns/") ? [id] : []), "\(path) after \(first)")
            }
        }
    }

    @Test func `a call that found no token is not started again and again`() throws {
        var harness = MachineHarness()
        let id = harness.submit(harness.lane(isDurable: false), lifetime: .seconds(5))
        #expect(harness.starts() == [id])
        // The keeper has none, and the machine does not know it.
        _ = harness.machine.abandon(id, lacksToken: true, at: harness.now)
        #expect(harness.starts() == [])
        harness.machine.tokenWasFetched(app: 0, at: harness.now)
        #expect(harness.starts() == [id])
    }

    @Test func `a call whose park outlasts it is refused at once`() {
        var harness = MachineHarness()
        harness.send(harness.lane(), .errcode(45011))
        let lane = harness.lane(isDurable: false)
        var job = Job(id: JobID(rawValue: 77), lane: lane, isDurable: false, acceptedAt: harness.now.timestamp)
        job.expiresAt = harness.now.timestamp + .seconds(1)
        let refusal = harness.machine.refusal(of: job, path: Path.template, at: harness.now)
        #expect(refusal?.reason == .throttled)
        job.expiresAt = harness.now.timestamp + .seconds(120)
        #expect(harness.machine.refusal(of: job, path: Path.template, at: harness.now) == nil)
    }

    @Test func `a lane whose host changes gets that host's breaker`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.breakBreaker(lane)
        #expect(harness.breaker(lane).state == .open)
        let moved = AppRoute(hosts: ["https://api2"], limits: AppLimits(others: .wide))
        harness.machine.update(app: 0, route: moved, at: harness.now)
        #expect(harness.breaker(lane).state == .closed)
        #expect(harness.machine.breakers.taken.count { harness.machine.breakers[$0].isInUse } == 1)
        harness.machine.update(app: 0, route: .wide, at: harness.now)
        #expect(harness.breaker(lane).state == .open)
    }
}
