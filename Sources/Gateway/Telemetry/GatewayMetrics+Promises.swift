import Clients
import Dispatching
import PrometheusMetrics
package import Queueing
import Synchronization
import Timekeeping
package import WeChat
package import WeirPorts

/// What users were promised.
extension GatewayMetrics {
    // MARK: Acceptance

    package func accepted(app: String, type: MessageType, priority: Priority, source: MessageSource) {
        guard source == .client else {
            messagesAccepted.child(app, type.rawValue, priority.name, source.rawValue).increment()
            return
        }
        let acceptance = acceptance(app)
        acceptance.good.increment()
        if let counter = acceptance.counter(type, priority) {
            counter.increment()
        } else {
            messagesAccepted.child(app, type.rawValue, priority.name, source.rawValue).increment()
        }
    }

    package func repeated(app: String) { acceptance(app).good.increment() }

    package func notAccepted(app: String) { acceptance(app).bad.increment() }

    /// An app's instruments: looked up by one name, as a message that is accepted should cost no more than that.
    private func acceptance(_ app: String) -> AcceptanceMetrics {
        acceptances.withLock { acceptances in
            if let known = acceptances[app] { return known }
            let made = AcceptanceMetrics(
                good: sloAcceptance.child(app, "good"),
                bad: sloAcceptance.child(app, "bad"),
                accepted: MessageType.open.map { type in
                    Priority.allCases.map { messagesAccepted.child(app, type.rawValue, $0.name, "client") }
                }
            )
            acceptances[app] = made
            return made
        }
    }

    // MARK: What was promised

    /// Both results have their series from an app's first message or call of a kind on.
    func collect(promises: [DispatchMachine.Promises], calls: [(app: String, tally: PromiseTally)]) {
        for promise in promises {
            let (app, priority) = (promise.app, promise.priority.name)
            sloMessages.child(app, priority, "good").increment(by: promise.tally.kept)
            sloMessages.child(app, priority, "bad").increment(by: promise.tally.broken)
        }
        for (app, tally) in calls where app != ClientDirectory.foreignApp {
            sloRelay.child(app, "good").increment(by: tally.kept)
            sloRelay.child(app, "bad").increment(by: tally.broken)
        }
    }

    // MARK: What waits

    /// Tells of those apps alone that have something to tell.
    func collect(_ loads: [DispatchSnapshot.Load]) {
        var depths: [GaugeFamily.Reading] = []
        var oldest: [GaugeFamily.Reading] = []
        for load in loads {
            let (app, priority) = (load.app, load.priority.name)
            for (state, count) in GatewayMetrics.states(load.counts) where count > 0 {
                depths.append(.init([app, priority, state], Double(count)))
            }
            guard let since = load.oldestUnsent else { continue }
            oldest.append(.init([app, priority], since.seconds))
            // A promise is open: whatever becomes of it will be a rise, and no birth.
            for result in ["good", "bad"] { _ = sloMessages.child(app, priority, result) }
        }
        appQueueDepth.replace(with: depths, others: .gone, merging: +)
        appOldestUnsent.replace(with: oldest, others: .gone, merging: min)
    }

    static func states(_ counts: QueueCounts) -> [(state: String, count: Int)] {
        [
            ("ready", counts.ready), ("scheduled", counts.scheduled), ("retrying", counts.retrying),
            ("in_flight", counts.inFlight),
        ]
    }
}

/// The instruments of one app's acceptance.
struct AcceptanceMetrics: Sendable {
    let good: Counter
    let bad: Counter
    /// By type, and in it by priority.
    let accepted: [[Counter]]

    func counter(_ type: MessageType, _ priority: Priority) -> Counter? {
        MessageType.open.firstIndex(of: type).map { accepted[$0][Int(priority.rawValue)] }
    }
}
