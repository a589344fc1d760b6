public import Queueing
public import Timekeeping

/// A message's life in plain words: what it waited for, what became of each attempt, and what comes next.
///
/// Made from what the journal and the dispatcher know, with nothing in it that the API does not show anyway: no openid, no body, no token.
public struct Explanation: Equatable, Sendable {
    public var id: JobID
    public var state: JobState
    /// One sentence for whoever was asked "where is my message?".
    public var summary: String
    /// While it waits: when it may go on, if that is known.
    public var nextAt: Timestamp?
    /// Oldest first.
    public var steps: [ExplanationStep]

    init(_ facts: ExplanationFacts) {
        var story = ExplanationStory(facts)
        story.tell()
        id = facts.record.id
        state = facts.record.state
        steps = story.steps
        nextAt = story.nextAt
        summary = ExplanationSummary(facts, steps: story.steps).sentence
    }

    /// For a terminal: the summary, then a line a step, with times in China's; of very many attempts the first and the last.
    public var text: String {
        let lines = steps.map { step in
            ExplanationScreen.Line(
                "\(ExplanationWords.time(step.at))  \(step.text)",
                kind: step.kind.rawValue,
                omitted: step.omitted ?? 0
            )
        }
        return (["\(id)  \(state.name)", summary, ""] + ExplanationScreen.lines(lines)).joined(separator: "\n") + "\n"
    }
}
