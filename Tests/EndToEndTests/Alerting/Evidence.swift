import Synchronization

/// What a run leaves behind for people to read, and what must not be in it.
final class Evidence: Sendable {
    private struct State {
        var pages: [(source: String, text: String)] = []
        var secrets: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// Keeps a metrics page or the text of a refusal.
    func keep(_ text: String, from source: String) {
        state.withLock { $0.pages.append((source, text)) }
    }

    /// Something that was in play and has to stay where it belongs.
    func protect(_ secret: String, _ what: String) {
        state.withLock { $0.secrets[secret] = what }
    }

    /// How many secrets are protected, and how many texts are kept.
    var size: (secrets: Int, pages: Int) {
        state.withLock { ($0.secrets.count, $0.pages.count) }
    }

    /// Where which secret was found.
    func leaks() -> [String] {
        let (pages, secrets) = state.withLock { ($0.pages, $0.secrets) }
        var found: Set<String> = []
        for page in pages {
            for (secret, what) in secrets where page.text.contains(secret) {
                let line = page.text.split(separator: "\n").first { $0.contains(secret) } ?? ""
                found.insert("\(what) in \(page.source): \(line.prefix(400))")
            }
        }
        return found.sorted()
    }
}
