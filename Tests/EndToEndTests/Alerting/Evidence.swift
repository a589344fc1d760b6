import Foundation
import Synchronization

/// What a run leaves behind for people to read, and what must not be in it.
final class Evidence: Sendable {
    private struct State {
        /// By where they come from.
        var texts: [String: [String]] = [:]
        var secrets: Set<String> = []
    }

    private let state = Mutex(State())

    /// Keeps a log line, a metrics page or the text of a refusal.
    func keep(_ text: String, from source: String) {
        state.withLock { $0.texts[source, default: []].append(text) }
    }

    /// Something that was in play and has to stay where it belongs.
    func protect(_ secret: String) {
        _ = state.withLock { $0.secrets.insert(secret) }
    }

    /// How many secrets are protected, and how many texts are kept.
    var size: (secrets: Int, texts: Int) {
        state.withLock { ($0.secrets.count, $0.texts.values.reduce(0) { $0 + $1.count }) }
    }

    /// The lines that have a secret in them, by what they come from.
    func leaks() async throws -> [String] {
        try await lines(with: state.withLock { Array($0.secrets) })
    }

    /// The lines in which one of these occurs, found by grep.
    func lines(with needles: [String]) async throws -> [String] {
        let (folder, patterns) = (try TemporaryFolder(), try TemporaryFolder())
        for (source, texts) in state.withLock({ $0.texts }) {
            let name = source.map { $0.isLetter || $0.isNumber ? $0 : "-" }
            try folder.write(String(name), texts.joined(separator: "\n") + "\n")
        }
        let file = try patterns.write("needles", needles.joined(separator: "\n") + "\n")
        let found = try await CommandRun.shell("cd \(folder.path) && grep -rF -f \(file) . | cut -c 1-400")
        guard found.errors.isEmpty else { throw NeverHappened(description: "grep: \(found.errors)") }
        return found.output.split(separator: "\n").map(String.init)
    }
}
