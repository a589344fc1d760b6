import Queueing
import Resilience
import Testing
import Timekeeping

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertMachineTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func at(_ seconds: Double) -> Moment {
        let milliseconds = Int64(seconds * 1000)
        return Moment(
            instant: .zero + .milliseconds(milliseconds),
            timestamp: AlertMachineTests.start + .milliseconds(milliseconds)
        )
    }

    private func machine(_ permits: Int = 2) -> AlertMachine {
        AlertMachine(AlertFixtures.configuration(AlertFixtures.people(rate: .perMinute(permits))), at: .zero)
    }

    private func tally(_ notifications: AlertNotification...) -> AlertTally {
        notifications.reduce(into: AlertTally()) { $0.add($1) }
    }

    private let notification = AlertFixtures.notification()

    @Test func `what everybody has is a duplicate and costs nothing`() {
        var machine = machine(1)
        let before = machine
        #expect(machine.decide(notification, recipients: [], at: at(0)) == .duplicate)
        #expect(machine == before)
        #expect(machine.decide(notification, recipients: ["o1"], at: at(0)) == .send)
    }

    @Test func `a sink that is gone is told`() {
        var machine = machine()
        let other = AlertFixtures.notification(sink: "nobody")
        #expect(machine.decide(other, recipients: ["o1"], at: at(0)) == .unknownSink)
    }

    @Test func `beyond the rate notifications fold into one summary, resolved ones too`() {
        var machine = machine(2)
        let resolved = AlertFixtures.notification([AlertFixtures.item("Slow", firing: false)])
        #expect(machine.decide(notification, recipients: ["o1"], at: at(0)) == .send)
        #expect(machine.decide(notification, recipients: ["o1"], at: at(1)) == .send)
        let due = at(30).timestamp
        #expect(
            machine.decide(notification, recipients: ["o1"], at: at(2))
                == .fold(tally(notification), due: due, replacing: [:])
        )
        machine.stored(JobID(rawValue: 1), sink: "oncall", recipient: "o1")
        #expect(
            machine.decide(resolved, recipients: ["o1"], at: at(3))
                == .fold(tally(notification, resolved), due: due, replacing: ["o1": JobID(rawValue: 1)])
        )
        machine.stored(JobID(rawValue: 2), sink: "oncall", recipient: "o1")
        // To the last moment before it goes.
        #expect(
            machine.decide(notification, recipients: ["o1"], at: at(29.999))
                == .fold(tally(notification, resolved, notification), due: due, replacing: ["o1": JobID(rawValue: 2)])
        )
    }

    @Test func `a summary on its way has taken its permit, and the next one begins anew`() {
        var machine = machine(2)
        for second in 0..<3 { _ = machine.decide(notification, recipients: ["o1"], at: at(Double(second))) }
        #expect(
            machine.decide(notification, recipients: ["o1"], at: at(30))
                == .fold(tally(notification), due: at(60).timestamp, replacing: [:])
        )
        // After a quiet time the bucket is full.
        #expect(machine.decide(notification, recipients: ["o1"], at: at(300)) == .send)
        #expect(machine.decide(notification, recipients: ["o1"], at: at(300)) == .send)
    }

    @Test func `a summary that is held up goes on taking what comes`() {
        var machine = machine(2)
        for second in 0..<3 { _ = machine.decide(notification, recipients: ["o1"], at: at(Double(second))) }
        machine.stored(JobID(rawValue: 1), sink: "oncall", recipient: "o1")
        #expect(
            machine.decide(notification, recipients: ["o1"], isHeldUp: true, at: at(500))
                == .fold(
                    tally(notification, notification),
                    due: at(30).timestamp,
                    replacing: ["o1": JobID(rawValue: 1)]
                )
        )
        // It has left at last; the bucket was refilled meanwhile.
        #expect(machine.decide(notification, recipients: ["o1"], at: at(501)) == .send)
    }

    @Test func `messages and summaries together never exceed the rate`() {
        var machine = machine(5)
        var leaving: [Double] = []
        var pending: Double?
        for step in 0..<2000 {
            let second = Double(step) * 0.35
            switch machine.decide(notification, recipients: ["o1"], at: at(second)) {
            case .send: leaving.append(second)
            case .fold(_, let due, let replaced):
                let due = (due - AlertMachineTests.start).inSeconds
                if replaced.isEmpty, let pending { leaving.append(pending) }
                pending = due
                machine.stored(JobID(rawValue: UInt64(step)), sink: "oncall", recipient: "o1")
            case .duplicate, .unknownSink: Issue.record("neither was asked for")
            }
        }
        #expect(leaving.count > 50)
        for begin in leaving {
            let inMinute = leaving.count { $0 >= begin && $0 < begin + 60 }
            #expect(inMinute <= 10, "burst and refill of a minute, from \(begin) on")
        }
    }

    @Test func `what could not be stored is undone`() {
        var machine = machine(1)
        let before = machine
        _ = machine.decide(notification, recipients: ["o1"], at: at(0))
        machine.undo("oncall")
        #expect(machine == before)
        #expect(machine.decide(notification, recipients: ["o1"], at: at(0)) == .send)
    }

    @Test func `one sink's flood is not another's`() {
        var machine = machine(1)
        for second in 0..<10 { _ = machine.decide(notification, recipients: ["o1"], at: at(Double(second))) }
        let team = AlertFixtures.notification(sink: "team")
        #expect(machine.decide(team, recipients: [""], at: at(10)) == .send)
    }

    @Test func `a reload changes rates and keeps what waits`() {
        var machine = machine(1)
        _ = machine.decide(notification, recipients: ["o1"], at: at(0))
        _ = machine.decide(notification, recipients: ["o1"], at: at(1))
        machine.stored(JobID(rawValue: 7), sink: "oncall", recipient: "o1")
        var next = AlertFixtures.configuration(AlertFixtures.people(rate: .perMinute(60)))
        next.sinks["new"] = AlertFixtures.people()
        next.sinks["team"] = nil
        machine.update(next, at: at(1).instant)
        #expect(Set(machine.sinks.keys) == ["oncall", "new"])
        #expect(machine.sinks["oncall"]?.pending?.messages == ["o1": JobID(rawValue: 7)])
        #expect(machine.sinks["oncall"]?.bucket.limit == .perMinute(60))
    }

    @Test(arguments: [-7200, -1, 1, 7200])
    func `a wall clock that is set leaves a summary's time where it is`(_ shift: Int64) {
        var machine = machine(2)
        for second in 0..<3 { _ = machine.decide(notification, recipients: ["o1"], at: at(Double(second))) }
        var now = at(10)
        now.timestamp = now.timestamp + .seconds(shift)
        let decision = machine.decide(notification, recipients: ["o1"], at: now)
        let due = at(30).timestamp + .seconds(shift)
        #expect(decision == .fold(tally(notification, notification), due: due, replacing: [:]))
    }

    @Test func `what was stored for some is counted once, however often the rest is tried`() {
        var machine = machine(1)
        let (first, second) = (AlertFixtures.notification(group: "1"), AlertFixtures.notification(group: "2"))
        let due = at(60).timestamp
        _ = machine.decide(notification, recipients: ["o1", "o2"], at: at(0))
        for second in 1..<4 {
            let recipients = second == 1 ? ["o1", "o2"] : ["o2"]
            let decision = machine.decide(first, recipients: recipients, at: at(Double(second)))
            #expect(decision == .fold(tally(first), due: due, replacing: [:]))
            machine.unfinished(first.digest, sink: "oncall", recipients: ["o2"])
        }
        // Another one in between is counted, and so is the same one when it is news to both.
        let other = machine.decide(second, recipients: ["o1", "o2"], at: at(5))
        #expect(other == .fold(tally(first, second), due: due, replacing: [:]))
        let again = machine.decide(first, recipients: ["o1", "o2"], at: at(6))
        #expect(again == .fold(tally(first, second, first), due: due, replacing: [:]))
    }

    @Test func `only so many unfinished notifications are remembered`() {
        var machine = machine(1)
        _ = machine.decide(notification, recipients: ["o1", "o2"], at: at(0))
        _ = machine.decide(notification, recipients: ["o1", "o2"], at: at(1))
        for number in 0..<AlertMachine.unfinishedLimit + 10 {
            machine.unfinished([UInt8(number & 255), UInt8(number >> 8)], sink: "oncall", recipients: ["o2"])
        }
        #expect(machine.sinks["oncall"]?.pending?.unfinished.count == AlertMachine.unfinishedLimit)
    }

    @Test func `behind messages that wait there is a summary, which takes its permit when it goes`() {
        var machine = machine(2)
        let first = machine.decide(notification, recipients: ["o1"], isBehind: true, at: at(0))
        #expect(first == .fold(tally(notification), due: at(0).timestamp, replacing: [:]))
        let second = machine.decide(notification, recipients: ["o1"], isHeldUp: true, isBehind: true, at: at(500))
        #expect(second == .fold(tally(notification, notification), due: at(0).timestamp, replacing: [:]))
        #expect(machine.decide(notification, recipients: ["o1"], at: at(500)) == .send)
    }
}
