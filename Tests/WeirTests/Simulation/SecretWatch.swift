import Logging
import Synchronization

/// A log handler that looks for what must not stand in a log, a metric or an error.
final class SecretWatch: Sendable {
    /// Parts of every token, AppSecret, client key and openid of a simulation.
    static let secrets = ["REAL-TOKEN", "APPSECRET", "KEY-of", SimulatedMessage.recipientPrefix]
    private static let bytes = secrets.map { Array($0.utf8) }

    private let leaks = Mutex<[String]>([])

    /// The lines with a secret in them since this was asked last.
    func takeLeaks() -> [String] {
        leaks.withLock { leaks in
            defer { leaks = [] }
            return leaks
        }
    }

    func look(at text: String) {
        guard SecretWatch.isLeak(text) else { return }
        leaks.withLock { $0.append(text) }
    }

    /// Byte by byte: a search by characters was a tenth of a whole run.
    private static func isLeak(_ text: String) -> Bool {
        let text = text.utf8Span.span
        return text.indices.contains { start in
            bytes.contains { secret in
                secret[0] == text[start] && secret.count <= text.count - start
                    && secret.indices.allSatisfy { secret[$0] == text[start + $0] }
            }
        }
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
