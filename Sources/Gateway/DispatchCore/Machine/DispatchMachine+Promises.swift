package import Queueing
package import Timekeeping
package import WeirPorts

/// What was promised to clients: how their messages ended, and whether each app gets through.
extension DispatchMachine {
    /// Promises of an app's messages of one priority.
    package struct Promises: Equatable, Sendable {
        /// The app's name in the configuration.
        package var app: String
        package var priority: Priority
        package var tally: PromiseTally
    }

    /// What became of promises since this was asked last, by app and priority. Also counts those that time alone has broken.
    package mutating func takePromises(at moment: Moment) -> [Promises] {
        let now = clock.present(moment)
        var tallies: [String: [Priority: PromiseTally]] = [:]
        for report in queue.takePromises(at: now.steady) {
            let app = apps[gates[report.lane.gate].app].name
            tallies[app, default: [:]][report.priority, default: PromiseTally()] += report.tally
        }
        return tallies.sorted { $0.key < $1.key }
            .flatMap { app, tallies in
                tallies.sorted { $0.key < $1.key }.map { Promises(app: app, priority: $0.key, tally: $0.value) }
            }
    }

    /// A relayed call has ended, and its caller got WeChat's word or did not.
    package mutating func countCall(isKept: Bool, app: AppPlace) {
        if isKept { apps[app].calls.kept += 1 } else { apps[app].calls.broken += 1 }
    }

    /// How relayed calls ended since this was asked last, by the app's name.
    package mutating func takeCalls() -> [(app: String, tally: PromiseTally)] {
        apps.taken.compactMap { app in
            guard apps[app].calls != PromiseTally() else { return nil }
            defer { apps[app].calls = PromiseTally() }
            return (apps[app].name, apps[app].calls)
        }
    }

    // MARK: An earlier process

    /// What an earlier process certainly did: it was still there.
    package mutating func noteInherited(_ message: Message, _ progress: MessageProgress) {
        for time in [message.createdAt, progress.firstAttemptAt, progress.attemptAt] {
            if let time { inheritedUntil = max(inheritedUntil ?? time, time) }
        }
    }

    /// All that an earlier process left is here.
    package mutating func endRestore(at moment: Moment) {
        guard let last = inheritedUntil else { return }
        inheritedUntil = nil
        let now = read(moment)
        queue.endRestore(lastSeen: min(clock.steady(last), now.steady))
    }

    // MARK: Getting through

    /// An app's attempt, or request for a token, has come to an end that says something about WeChat.
    package mutating func gotThrough(_ hasSucceeded: Bool, app: AppPlace, at now: Timestamp) {
        apps[app].hasTried = true
        if hasSucceeded {
            apps[app].failingSince = nil
        } else if apps[app].failingSince == nil {
            apps[app].failingSince = now
        }
    }
}

extension PromiseEnd {
    /// What a message's end means for what was promised about it.
    init(_ end: JobState) {
        switch end {
        case .sent, .delivered: self = .kept
        case .dead, .unknown, .expired: self = .broken
        case .failed, .cancelled, .pending, .sending: self = .void
        }
    }
}
