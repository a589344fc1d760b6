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

    /// Whether ``behindLimit`` notifications of a sink wait in the queue; those on their way to WeChat do not count.
    func isBehind(_ sink: String) -> Bool {
        let ids = unsent.withLock { $0[sink] ?? [] }
        return ids.count >= AlertService.behindLimit
            && ids.count { intake.isWaiting($0) } >= AlertService.behindLimit
    }

    /// Keeps a notification in mind until it has ended.
    func watchOwn(_ id: JobID, sink: String) {
        let isKept = unsent.withLock { unsent in
            guard unsent[sink, default: []].count < AlertService.unsentLimit else { return false }
            unsent[sink, default: []].insert(id)
            return true
        }
        guard isKept else { return }
        intake.whenEnded(id) { [self] in
            unsent.withLock { unsent in
                unsent[sink]?.remove(id)
                if unsent[sink]?.isEmpty ?? false { unsent[sink] = nil }
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
            sink.messageType == message.type && sink.appName(sink: name) == message.app
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
        guard !isFine else { return }
        let last = record.attempts.last
        logger.warning(
            "an alert's notification did not arrive",
            metadata: [
                "sink": "\(sink)", "id": "\(id)", "state": "\(record.state.name)",
                "outcome": "\(last?.outcome.rawValue ?? "none")", "errcode": "\(last?.errcode ?? 0)",
            ]
        )
    }

    /// The sink that a message's metadata names. A client writes its own metadata: only a sink that is there becomes a label.
    private func sink(of record: MessageRecord) -> String? {
        guard let json = try? JSONObjectView(record.metadata), let name = json.value(at: ["alert", "sink"])?.string
        else {
            return nil
        }
        let sink = present.sinks[name]
        return sink?.appName(sink: name) == record.app ? name : nil
    }
}
