import Queueing
package import Timekeeping
import WeChat
package import WeirPorts

/// Quiet hours: an app's messages wait, but for those of some priorities. One timer an app, whatever waits.
extension DispatchMachine {
    /// An app has these quiet hours from now on, or none.
    package mutating func setQuiet(_ hours: QuietHours?, app: AppPlace, at moment: Moment) {
        guard apps[app].quiet?.hours != hours else { return }
        let now = read(moment)
        apps[app].quiet = hours.map { QuietGate($0, at: now.wall) }
        quietTurned(app, at: now)
    }

    /// Quiet hours begin or end.
    mutating func turnQuiet(at now: SteadyClock.Present) {
        while let first = quietTimes.first, first.key <= now.instant.nanoseconds {
            lookAtQuiet(AppPlace(index: Int(first.slot)), at: now)
        }
    }

    /// The wall clock was set.
    mutating func lookAtQuiet(at now: SteadyClock.Present) {
        for app in apps.taken where apps[app].quiet != nil { lookAtQuiet(app, at: now) }
    }

    private mutating func lookAtQuiet(_ app: AppPlace, at now: SteadyClock.Present) {
        let before = apps[app].quiet?.isOn
        apps[app].quiet?.look(at: now.wall)
        if apps[app].quiet?.isOn == before { return arm(app, at: now) }
        quietTurned(app, at: now)
    }

    private mutating func quietTurned(_ app: AppPlace, at now: SteadyClock.Present) {
        arm(app, at: now)
        if let quiet = apps[app].quiet, quiet.isOn {
            for gate in gates(of: app) {
                for priority in Priority.allCases where quiet.holds(priority) != nil {
                    queue.excuse(in: gate.lane(isDurable: true), of: priority)
                }
            }
        }
        changed(app: app, at: now)
    }

    private mutating func arm(_ app: AppPlace, at now: SteadyClock.Present) {
        let slot = Int32(truncatingIfNeeded: app.index)
        guard let quiet = apps[app].quiet else { return quietTimes.remove(slot) }
        // Never at once: a slewed clock may show a time a little before the one that was waited for.
        let wait = max(.milliseconds(1), quiet.next - now.wall)
        quietTimes.set(slot, key: (now.instant + wait).nanoseconds)
    }

    /// What keeps messages of a priority from being sent.
    func quietBlock(_ gate: GateID, isDurable: Bool, _ priority: Priority, at now: SteadyClock.Present) -> Block? {
        guard isDurable, let quiet = apps[gates[gate].app].quiet, let end = quiet.holds(priority) else { return nil }
        return Block(reason: .quietHours, until: now.instant + (end - now.wall), scope: .priority(priority))
    }

    /// A message that quiet hours hold has no promise to be sent in some time.
    ///
    /// - Parameter job: as the queue has it.
    func excused(_ job: Job, at now: SteadyClock.Present) -> Job {
        guard job.isDurable, let quiet = apps[gates[job.lane.gate].app].quiet, quiet.hours.hold(job.priority) else {
            return job
        }
        let due = clock.wall(max(job.notBefore ?? job.acceptedAt, job.acceptedAt))
        // The zone's clock is asked for what is due after the next turn alone.
        let isHeld =
            due < quiet.next
            ? quiet.isOn || due < quiet.lastEnd ?? due : quiet.hours.hold(job.priority, at: due)
        guard isHeld else { return job }
        var job = job
        job.settlePromise()
        return job
    }
}
