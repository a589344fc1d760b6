import Logging
import Synchronization

/// A log handler that looks for what must not stand in a log, a metric or an error.
final class SecretWatch: Sendable {
    /// Parts of every token, AppSecret, client key and openid of a simulation.
    static let secrets = ["REAL-TOKEN", "APPSECRET", "KEY-of", SimulatedMessage.recipientPrefix]

    private let leaks = Mutex<[String]>([])

    /// The lines with a secret in them since this was asked last.
    func takeLeaks() -> [String] {
        leaks.withLock { leaks in
            defer { leaks = [] }
            return leaks
        }
    }

    func look(at text: String) {
        guard SecretWatch.secrets.contains(where: { text.contains($0) }) else { return }
        leaks.withLock { $0.append(text) }
    }

    var logger: Logger {
        Logger(label: "simulation") { [self] _ in Handler(watch: self) }
    }

    private struct Handler: LogHandler {
        let watch: SecretWatch
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            watch.look(at: "\(event.message)")
            for (_, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
                watch.look(at: "\(value)")
            }
        }
    }
}
