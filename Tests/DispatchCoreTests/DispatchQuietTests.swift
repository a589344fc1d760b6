import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Quiet hours in the machine.
@Suite struct DispatchQuietTests {
    private static func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .noon }
    private static let hours = DailyWindow(from: 22 * 60, to: 8 * 60, zone: "Asia/Shanghai").map { QuietHours($0) }
    private static let evening = time("2026-11-21T21:00:00+08:00")
    private static let night = time("2026-11-21T23:00:00+08:00")
    private static let morning = time("2026-11-22T08:00:00+08:00")

    private func harness(at time: Timestamp, except: Set<Priority> = QuietHours.usualExceptions) -> MachineHarness {
        var harness = MachineHarness(at: time)
        var hours = Self.hours
        hours?.except = except
        harness.machine.setQuiet(hours, app: 0, at: harness.now)
        return harness
    }

    @Test func `messages wait for the end of the night, others go, and calls go`() {
        var harness = harness(at: Self.night)
        let (lane, calls) = (harness.lane(), harness.lane(isDurable: false))
        let held = [harness.submit(lane), harness.submit(lane, .low)]
        let urgent = [harness.submit(lane, .urgent), harness.submit(lane, .high), harness.submit(calls)]
        #expect(Set(harness.starts()) == Set(urgent))
        for id in urgent { harness.finish(id, .ok) }
        #expect(harness.starts().isEmpty)
        for id in held {
            #expect(harness.machine.obstacle(of: id, at: harness.now) == Obstacle(.quietHours, until: Self.morning))
            let outlook = harness.machine.outlook(of: id, at: harness.now)?.outlook
            #expect(outlook?.expectedAt.map { $0 >= Self.morning } == true)
        }
        // One wake-up, at the end.
        let wake = harness.machine.nextWake(at: harness.now)
        #expect(wake.map { harness.now.timestamp + ($0 - harness.now.instant) } == Self.morning)
        harness.advance(.seconds(9 * 3600 - 1))
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(1))
        let leases = harness.leases()
        #expect(Set(leases.map(\.job.id)) == Set(held))
        #expect(leases.allSatisfy { $0.waits.first?.reason == .quietHours })
    }

    @Test func `they begin by themselves, and their end opens an app's thousand lanes by one timer`() {
        var harness = harness(at: Self.evening)
        let lane = harness.lane()
        let first = harness.submit(lane)
        #expect(harness.starts() == [first])
        harness.finish(first, .ok)
        harness.advance(.seconds(3600))
        var held: Set<JobID> = []
        for number in 0..<1000 { held.insert(harness.submit(harness.lane("/cgi-bin/message/\(number)"))) }
        for number in 0..<100 { held.insert(harness.submit(lane, number % 2 == 0 ? .normal : .low)) }
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(10 * 3600))
        var gone: Set<JobID> = []
        for _ in 0..<20 {
            let starts = harness.starts()
            for id in starts { harness.finish(id, .ok) }
            gone.formUnion(starts)
        }
        #expect(gone == held)
    }

    @Test func `of the upper two priorities one may be held and the other not`() {
        var harness = harness(at: Self.night, except: [.urgent, .normal])
        let lane = harness.lane()
        let ids = Priority.allCases.map { harness.submit(lane, $0) }
        #expect(Set(harness.starts()) == [ids[0], ids[2]])
        #expect(harness.machine.obstacle(of: ids[1], at: harness.now)?.reason == .quietHours)
        harness.advance(.seconds(9 * 3600))
        #expect(Set(harness.starts()) == [ids[1], ids[3]])
    }

    @Test func `a change of the configuration holds and lets go at once`() {
        var harness = MachineHarness(at: Self.night)
        let lane = harness.lane()
        harness.machine.setQuiet(Self.hours, app: 0, at: harness.now)
        let id = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        harness.machine.setQuiet(nil, app: 0, at: harness.now)
        #expect(harness.starts() == [id])
        #expect(harness.machine.quietTimes.first == nil)
    }

    @Test func `a step of the wall clock is followed`() {
        var harness = harness(at: Self.night)
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        harness.now.timestamp = Self.morning
        #expect(harness.starts() == [id])
        harness.finish(id, .ok)
        harness.now.timestamp = Self.night
        let second = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: second, at: harness.now)?.until == Self.morning)
    }

    @Test func `what waits for the morning is not late, and breaks no promise`() {
        var harness = harness(at: Self.evening + .seconds(3590))
        let lane = harness.lane(limit: .single)
        let ids = (0..<3).map { _ in harness.submit(lane) }
        #expect(harness.starts() == [ids[0]])
        harness.finish(ids[0], .ok)
        _ = harness.machine.takePromises(at: harness.now)
        harness.advance(.seconds(10))
        // Caught by the beginning, or come in the night.
        _ = harness.submit(lane)
        _ = harness.pump()
        #expect(
            harness.machine.snapshot(relayedWaiting: 0, at: harness.now).loads.allSatisfy { $0.oldestUnsent == nil }
        )
        harness.advance(.seconds(10 * 3600))
        _ = harness.pump()
        #expect(harness.machine.takePromises(at: harness.now).isEmpty)
        harness.advance(.seconds(3700))
        let oldest = harness.machine.snapshot(relayedWaiting: 0, at: harness.now).loads.compactMap(\.oldestUnsent).min()
        #expect(oldest == Self.morning)
        #expect(harness.machine.takePromises(at: harness.now).reduce(0) { $0 + $1.tally.broken } == 0)
    }

    @Test func `a probe of a breaker is never a message that quiet hours hold`() {
        var harness = harness(at: Self.night)
        let (lane, calls) = (harness.lane(), harness.lane(isDurable: false))
        let held = harness.submit(lane)
        for _ in 0..<200 {
            harness.submit(calls, marks: [])
            for id in harness.starts() { harness.finish(id, .errcode(-1)) }
        }
        for _ in 0..<20 {
            harness.advance(.seconds(30))
            harness.submit(calls, marks: [])
            let starts = harness.starts()
            #expect(!starts.contains(held))
            for id in starts { harness.finish(id, .errcode(-1)) }
        }
        #expect(harness.machine.obstacle(of: held, at: harness.now)?.reason == .quietHours)
    }

    @Test(
        arguments: [
            ("2026-11-21T12:00:00+08:00", 7200, "2026-11-21T14:00:00+08:00"),
            ("2026-11-21T21:00:00+08:00", 7200, "2026-11-22T09:00:00+08:00"),
            ("2026-11-21T23:00:00+08:00", 900, "2026-11-22T08:15:00+08:00"),
            ("2026-11-21T20:00:00+08:00", 7200, "2026-11-21T22:00:00+08:00"),
            ("2026-11-21T12:00:00+08:00", 3 * 86_400, "2026-11-26T14:00:00+08:00"),
        ]
    )
    func `a message's lifetime does not run in quiet hours`(_ from: String, _ seconds: Int, _ end: String) throws {
        let hours = try #require(Self.hours)
        #expect(hours.end(of: .seconds(Int64(seconds)), from: Self.time(from), .normal) == Self.time(end))
        #expect(
            hours.end(of: .seconds(Int64(seconds)), from: Self.time(from), .urgent)
                == Self.time(from) + .seconds(Int64(seconds))
        )
    }
}
