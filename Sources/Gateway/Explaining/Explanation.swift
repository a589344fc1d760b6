package import DispatchCore
public import Queueing
public import Timekeeping
public import WeChat
public import WeirPorts

/// A message's life in plain words: what it waited for, what became of each attempt, and what comes next.
///
/// Made from what the journal and the dispatcher know, with nothing in it that the API does not show anyway: no openid, no body, no token.
public struct Explanation: Equatable, Sendable {
    /// The message's id.
    public var id: JobID
    /// Who sent it; empty where no clients were configured.
    public var client: String
    /// Where the message stands now.
    public var state: JobState
    /// One sentence for whoever was asked "where is my message?".
    public var summary: String
    /// While it waits: when it may go on, if that is known.
    public var nextAt: Timestamp?
    /// Oldest first.
    public var steps: [ExplanationStep]
    /// A sentence about each of its client's budgets in which it counts today.
    public var budgets: [String] = []

    package init(_ facts: MessageFacts) {
        var timeline = ExplanationTimeline(facts)
        timeline.tell()
        id = facts.record.id
        client = facts.record.message.client
        state = facts.record.state
        steps = timeline.steps
        nextAt = timeline.nextAt
        summary = ExplanationSummary(facts, steps: timeline.steps, setBack: timeline.setBack).sentence
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
        return (["\(id)  \(state.name)", summary] + budgets + [""] + ExplanationScreen.lines(lines)).joined(
            separator: "\n"
        ) + "\n"
    }
}

/// One dated line of an explanation. Which of the members below `text` are set depends on `kind`.
public struct ExplanationStep: Equatable, Sendable {
    /// The raw values are part of the API.
    public enum Kind: String, CaseIterable, Sendable {
        /// Weir took it.
        case accepted
        /// It waited for something, which `reason` names.
        case waited
        /// Time of which there is no account: Weir was not running, or was older. Without a duration: the clock was set back here.
        case gap
        /// A request to WeChat, with what came of it.
        case attempt
        /// Attempts of which only the number is kept, `omitted`.
        case omitted
        /// A request that was on its way when Weir stopped.
        case interrupted
        /// What was decided after an attempt: when it goes again, why, and what that costs.
        case decided
        /// Somebody set it back to waiting after it had ended.
        case redriven
        /// An attempt is on its way now.
        case sending
        /// What it waits for now.
        case waiting
        /// How it ended.
        case ended
        /// What WeChat's callback said of it afterwards, or that it said nothing in time.
        case receipt
    }

    /// When it was, or began. Of several waits in a row only the durations are known: they are told as if the longest came first.
    public var at: Timestamp
    /// What the line tells of; it decides which other members are set.
    public var kind: Kind
    /// One or a few plain sentences.
    public var text: String

    /// How long the wait, the gap or the attempt took; of a wait that goes on, how long so far.
    public var duration: Duration?
    /// What it waited for, or waits for.
    public var reason: WaitReason?
    /// The api whose limiter or pause it waited for.
    public var api: String?
    /// The breaker that it waited for, as `/v1/breakers` takes it.
    public var breaker: String?
    /// The attempt's number.
    public var attempt: Int?
    /// How many attempts are left out here.
    public var omitted: Int?
    /// What became of the attempt.
    public var outcome: Outcome?
    /// WeChat's errcode in the attempt's reply.
    public var errcode: Int?
    /// What the errcode means.
    public var meaning: String?
    /// What to do about it, where something can be done.
    public var advice: String?
    /// WeChat's text.
    public var errmsg: String?
    /// WeChat's request id of the attempt, which its support asks for.
    public var rid: String?
    /// When it was to go again, or may go on, as far as that is known.
    public var nextAt: Timestamp?
    /// What the repeat cost the app's retry budget.
    public var cost: RetryCost?

    init(_ kind: Kind, at: Timestamp, _ text: String) {
        self.at = at
        self.kind = kind
        self.text = text
    }
}

/// An explanation as lines that fit on one screen, for the API's text and the command line alike.
public enum ExplanationScreen {
    /// A step in one line.
    public struct Line: Sendable {
        var text: String
        var isAttempt: Bool
        var omitted: Int

        /// - Parameters:
        ///   - kind: one of ``ExplanationStep/Kind``'s raw values.
        ///   - omitted: attempts that are only counted there.
        public init(_ text: String, kind: String, omitted: Int = 0) {
            self.text = text
            let kind = ExplanationStep.Kind(rawValue: kind)
            isAttempt = kind == .attempt || kind == .interrupted
            self.omitted = min(max(0, omitted), 1 << 40)
        }
    }

    /// Attempts that are told one by one before and after those that are only counted.
    static let firstShown = 3
    static let lastShown = 5

    /// All of the lines, or of more than 16 attempts the first and the last and how many there are between.
    public static func lines(_ lines: [Line]) -> [String] {
        let attempts = lines.indices.filter { lines[$0].isAttempt }
        guard attempts.count > 2 * (firstShown + lastShown) else { return lines.map(\.text) }
        let omitted = lines.reduce(0) { max($0, $1.omitted) }
        let left = ExplanationWords.attempts(attempts.count - firstShown - lastShown + omitted)
        let (begin, end) = (attempts[firstShown], attempts[attempts.count - lastShown])
        return lines[..<begin].map(\.text) + ["… \(left) between …"] + lines[end...].map(\.text)
    }
}
