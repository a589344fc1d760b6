/// One sentence of the port's contract, and how to see whether a journal keeps it.
public struct JournalCheck: Sendable, CustomStringConvertible {
    /// What must be true of every journal, such as `what is answered outlives a kill`.
    public let sentence: String
    private let body: @Sendable (JournalTrial) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (JournalTrial) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    public var description: String { sentence }

    /// Tries it.
    ///
    /// - Parameter storage: a fresh one; it is closed afterwards.
    /// - Returns: What was found wrong, a line each with the sentence in front; nothing for a journal that keeps it.
    ///   A journal that never answers makes its check wait for ever.
    public func failures(on storage: any JournalStorage) async -> [String] {
        var problems: [String] = []
        do {
            let trial = JournalTrial(storage, try await storage.open())
            do {
                try await body(trial)
            } catch {
                trial.note("it ended with \(error)")
            }
            problems = trial.problems
        } catch {
            problems = ["the journal can't be opened: \(error)"]
        }
        await storage.close()
        return problems.map { "\(sentence): \($0)" }
    }
}
