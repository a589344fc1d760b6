import Queueing
import Timekeeping

extension DispatchMachine {
    /// What is there of each app's work. Costs a look at each lane.
    var loads: [DispatchSnapshot.Load] {
        var loads: [AppPlace: [DispatchSnapshot.Load]] = [:]
        for gate in gates.taken {
            for lane in [gate.lane(isDurable: false), gate.lane(isDurable: true)] {
                for priority in Priority.allCases {
                    let counts = queue.counts(in: lane, of: priority)
                    guard counts.total > 0 else { continue }
                    let app = gates[gate].app
                    let name = apps[app].name
                    let none = Priority.allCases.map {
                        DispatchSnapshot.Load(app: name, priority: $0, counts: QueueCounts(), oldestUnsent: nil)
                    }
                    loads[app, default: none][Int(priority.rawValue)].counts += counts
                    guard let due = queue.oldestDue(in: lane, of: priority).map(clock.wall),
                        let oldest = apps[app].quiet.map({ $0.late(since: due, priority) }) ?? due
                    else { continue }
                    let before = loads[app]?[Int(priority.rawValue)].oldestUnsent ?? oldest
                    loads[app]?[Int(priority.rawValue)].oldestUnsent = min(before, oldest)
                }
            }
        }
        return loads.values.flatMap { $0 }.filter { $0.counts.total > 0 }
            .sorted { ($0.app, $0.priority) < ($1.app, $1.priority) }
    }
}
