import Intake
import Logging
import Queueing
import Synchronization
import WeChat
package import WeirPorts
import WireJSON

extension AlertService {
    /// Notifications of a sink that may wait as messages of their own because nothing leaves; what comes then goes into a summary.
    static let behindLimit = 3
    /// Notifications that are kept in mind for that, of each sink.
    static let unsentLimit = 100
    /// Messages of an earlier process that may be about alerts and are looked at when they end.
    static let inheritedLimit = 1000

    // MARK: What waits

    /// Whether ``behindLimit`` notifications of a sink wait in the queue, of a pool as many for each robot; those on their way do not
    /// count.
    func isBehind(_ sink: AlertSinkConfiguration, named name: String) -> Bool {
        let ways = sink.appNames(sink: name).map { AlertWay(sink: name, app: $0) }
        let ids = unsent.withLock { unsent in ways.reduce(into: Set<JobID>()) { $0.formUnion(unsent[$1] ?? []) } }
        let limit = AlertService.behindLimit * ways.count
        return ids.count >= limit && ids.count { intake.isWaiting($0) } >= limit
    }

    /// The app that is to send a sink's next notification: of a pool the robots in turn, those for which least waits first, so that one
    /// that is held keeps nothing back.
    func nextApp(of sink: AlertSinkConfiguration, named name: String) -> String {
        let apps = sink.appNames(sink: name)
        guard apps.count > 1 else { return apps[0] }
        let waiting = unsent.withLock { unsent in apps.map { unsent[AlertWay(sink: name, app: $0)] ?? [] } }
            .map { ids in ids.count { intake.isWaiting($0) } }
        return robotTurns.withLock { turns in
            let start = (turns[name] ?? 0) % apps.count
            let order = (0..<apps.count).map { (start + $0) % apps.count }
            let next = order.min { waiting[$0] < waiting[$1] } ?? start
            turns[name] = next + 1
            return apps[next]
        }
    }

    /// Keeps a notification in mind until it has ended.
    func watchOwn(_ id: JobID, _ way: AlertWay) {
        let isKept = unsent.withLock { unsent in
            guard unsent[way, default: []].count < AlertService.unsentLimit else { return false }
            unsent[way, default: []].insert(id)
            return true
        }
        guard isKept else { return }
        intake.whenEnded(id) { [self] in
            unsent.withLock { unsent in
                unsent[way]?.remove(id)
                if unsent[way]?.isEmpty ?? false { unsent[way] = nil }
            }
        }
    }

    // MARK: The end

    /// Counts how a message ends, and says so where it did not arrive.
    func watch(_ id: JobID, sink: String) {
        intake.whenEnded(id) { [self] in
            Task { await ended(id, sink: sink) }
        }
    }

    /// Watches a message of an earlier process if it is about alerts. A robot's always is; what an app sends is known by its metadata,
    /// which is read when the message has ended, of at most ``inheritedLimit``.
    package func watch(_ restored: RestoredMessage) {
        let message = restored.message
        if let sink = Robot.sink(appName: message.app) { return watch(message.id, sink: sink) }
        guard message.priority == .urgent else { return }
        let mayBe = present.sinks.contains { name, sink in
            sink.messageType == message.type && sink.appNames(sink: name).contains(message.app)
        }
        guard mayBe else { return }
        let isWatched = inherited.withLock { inherited in
            guard inherited < AlertService.inheritedLimit else { return false }
            inherited += 1
            return true
        }
        guard isWatched else { return }
        intake.whenEnded(message.id) { [self] in
            Task { await ended(message.id, sink: nil) }
        }
    }

    /// - Parameter sink: `nil` when the message's metadata must tell; it may then be about something else.
    private func ended(_ id: JobID, sink: String?) async {
        guard let record = try? await journal.message(id), record.state.isTerminal else { return }
        guard let sink = sink ?? self.sink(of: record) else { return }
        observer.delivered(record.state, sink: sink)
        let isFine = record.state == .sent || record.state == .delivered || record.state == .cancelled
        guard !isFine else { return tellUnreached(record, sink: sink) }
        var metadata: Logger.Metadata = ["sink": "\(sink)", "id": "\(id)", "state": "\(record.state.name)"]
        if let last = record.attempts.last {
            metadata["outcome"] = "\(last.outcome.rawValue)"
            if let code = last.errcode { metadata["errcode"] = .stringConvertible(code) }
        }
        logger.warning("an alert's notification did not arrive", metadata: metadata)
    }

    /// Says so where the upstream took a message and does not show it to all of its people: who left a company stands in its sink still.
    private func tellUnreached(_ record: MessageRecord, sink: String) {
        guard let text = record.attempts.last?.errmsg, text.hasPrefix(Robot.unreachedMark) else { return }
        let metadata: Logger.Metadata = ["sink": "\(sink)", "id": "\(record.id)", "unreached": "\(text)"]
        logger.warning("an alert's notification was not for all of its sink's people", metadata: metadata)
    }

    /// The sink that a message's metadata names. A client writes its own metadata: only a sink that is there becomes a label.
    private func sink(of record: MessageRecord) -> String? {
        guard let json = try? JSONObjectView(record.metadata), let name = json.value(at: ["alert", "sink"])?.string
        else {
            return nil
        }
        return present.sinks[name]?.appNames(sink: name).contains(record.app) == true ? name : nil
    }
}

/// By which way a sink's notifications go: several sinks may have one app, and one sink several robots.
struct AlertWay: Hashable, Sendable {
    var sink: String
    var app: String
}
