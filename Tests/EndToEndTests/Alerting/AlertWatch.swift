import Synchronization

/// Looks at Prometheus's alerts, at the webhooks that arrive and at a phone, and remembers what each said.
final class AlertWatch: Sendable {
    private struct State {
        var turn = 1
        var histories: [[String: String]: AlertHistory] = [:]
        /// By what the phone shows: at which turn, firing and resolved.
        var shown: [ShownAlert: (firing: Int, resolved: Int)] = [:]
        var linesRead = 1
        var deliveriesRead = 0
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private let box = Box()
    private let looking: Task<Void, Never>

    init(prometheus: HTTPEndpoint, receiver: ChildProcess, desk: AlertDesk) {
        let box = box
        looking = Task {
            while !Task.isCancelled {
                if let answer = try? await prometheus.get("/api/v1/alerts"), answer.status == 200 {
                    AlertWatch.take(alerts: answer.json?["data"]?["alerts"]?.array ?? [], box)
                }
                AlertWatch.take(webhooks: receiver.output, box)
                if let shown = try? await desk.shown(since: box.state.withLock({ $0.deliveriesRead })) {
                    AlertWatch.take(shown: shown.texts, next: shown.next, box)
                }
                try? await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    deinit {
        looking.cancel()
    }

    /// A point in time to compare with.
    var turn: Int {
        box.state.withLock { $0.turn }
    }

    /// What was seen of alerts like this.
    func histories(_ isWanted: ([String: String]) -> Bool) -> [AlertHistory] {
        box.state.withLock { state in
            state.histories.values.filter { isWanted($0.labels) }.map { history in
                var history = history
                (history.shownFiring, history.shownResolved) = state.shown[ShownAlert(history.labels)] ?? (0, 0)
                return history
            }
        }
    }

    /// Asks again and again, for longer than `eventually` does: some windows last minutes even when they are shortened.
    func patiently(_ what: () -> String?) async throws {
        var missing: String?
        for _ in 0..<3600 {
            missing = what()
            if missing == nil { return }
            try await Task.sleep(for: .milliseconds(250))
        }
        throw NeverHappened(description: missing ?? "")
    }

    private static func take(alerts: [JSONAny], _ box: Box) {
        let firing = alerts.filter { $0["state"]?.string == "firing" }.compactMap { labels($0) }
        box.state.withLock { state in
            state.turn += 1
            for labels in state.histories.keys { state.histories[labels]?.isFiring = false }
            for labels in firing {
                state.histories[labels, default: AlertHistory(labels: labels)].isFiring = true
                state.histories[labels]?.fired = state.turn
            }
        }
    }

    private static func take(webhooks lines: [String], _ box: Box) {
        let known = box.state.withLock { $0.linesRead }
        guard lines.count > known else { return }
        let alerts = lines[known...].flatMap { JSONAny($0)?["alerts"]?.array ?? [] }
        box.state.withLock { state in
            state.linesRead = lines.count
            for alert in alerts {
                guard let labels = labels(alert) else { continue }
                state.turn += 1
                if alert["status"]?.string == "firing" {
                    state.histories[labels, default: AlertHistory(labels: labels)].toldFiring = state.turn
                } else {
                    state.histories[labels, default: AlertHistory(labels: labels)].toldResolved = state.turn
                }
            }
        }
    }

    private static func take(shown texts: [String], next: Int, _ box: Box) {
        box.state.withLock { state in
            state.deliveriesRead = next
            for (alert, isFiring) in texts.flatMap(ShownAlert.all) {
                state.turn += 1
                if isFiring {
                    state.shown[alert, default: (0, 0)].firing = state.turn
                } else {
                    state.shown[alert, default: (0, 0)].resolved = state.turn
                }
            }
        }
    }

    private static func labels(_ alert: JSONAny) -> [String: String]? {
        guard case .object(let members) = alert["labels"] else { return nil }
        return members.compactMapValues(\.string)
    }
}
