import DispatchCore
import Queueing
import Timekeeping
import WeChat
import WeirPorts

/// One sentence about a message's life.
struct ExplanationSummary {
    private let facts: MessageFacts
    private let steps: [ExplanationStep]
    /// By how much the clock was set back during its life.
    private let setBack: Duration

    init(_ facts: MessageFacts, steps: [ExplanationStep], setBack: Duration) {
        self.facts = facts
        self.steps = steps
        self.setBack = setBack
    }

    private var record: MessageRecord { facts.record }

    /// Attempts, those included that are no longer kept.
    private var made: Int { record.attempts.count + record.omittedAttempts }

    var sentence: String {
        let attempts = ExplanationWords.attempts(made)
        switch record.state {
        case .sent, .delivered:
            return
                "WeChat took this message with attempt \(record.attempts.last?.number ?? 1), \(age) after Weir accepted it"
                + "\(longestWait)" + (record.state == .delivered ? ", and the phone has it." : ".")
        case .failed: return refused
        case .dead: return "Given up after \(attempts) in \(age): \(cause)."
        case .expired: return "Not sent: its not_after passed after \(age), with \(attempts) made\(longestWait)."
        case .cancelled where record.collapsedInto != nil:
            return
                "Not sent: a newer message with the same collapse_key took its place after \(age), with \(attempts) made."
        case .cancelled: return "Not sent: its client cancelled it after \(age), with \(attempts) made."
        case .unknown where facts.isProbablyDelivered:
            return
                "WeChat probably took this message with an attempt that got no answer: a later one found the recipient's consent "
                + "used up (43101), which is good for one message."
        case .unknown:
            return
                "Nobody knows whether WeChat took this message, and a repeat could be shown twice: it was not repeated."
        case .sending: return "An attempt is on its way to WeChat now."
        case .pending: return waiting
        }
    }

    private var refused: String {
        if record.receipt?.state.end == .failed {
            let reason = record.reason.map(facts.clean) ?? "it gave no reason"
            return "WeChat took this message and did not deliver it: \(reason)."
        }
        if let reason = record.reason, reason.hasPrefix(SuppressedRecipient.reasonPrefix) {
            return "Not sent, and no call made: \(facts.clean(reason))."
        }
        guard let last = record.attempts.last, [.recipient, .request, .account].contains(last.outcome) else {
            return "Not sent: \(record.reason.map(facts.clean) ?? "no reason was kept")."
        }
        let advice = facts.advice(on: last) ?? "A redrive would send it again."
        let later = facts.suppressed.map {
            " Weir sends nothing like it to its recipient until \(ExplanationWords.time($0.until))."
        }
        return "WeChat refused this message for good: \(cause). \(advice)\(later ?? "")"
    }

    private var waiting: String {
        let tried =
            record.attempts.isEmpty ? "not tried yet" : "\(ExplanationWords.attempts(made)) so far"
        guard let step = steps.last, let waiting = facts.waiting else {
            return "It waits in the journal alone (\(tried))."
        }
        let what =
            waiting.obstacle.reason == .scheduled
            ? (record.attempts.isEmpty ? "for its not_before" : "for its retry\(record.attempts.last.map(met) ?? "")")
            : ExplanationWords.clause(waiting.obstacle.reason, facts)
        let isOneOfMany = waiting.obstacle.reason == .rateLimited && waiting.inLane > 1
        let when =
            step.nextAt.map {
                "; \(isOneOfMany ? "the next permit is there" : "it may go") at \(ExplanationWords.time($0))"
            }
            ?? "; nobody knows how long"
        let advice = facts.adviceOnRefusal.map { " \($0)" } ?? ""
        return "It waits \(what)\(when) (\(tried)).\(advice)"
    }

    private func met(_ attempt: AttemptRecord) -> String {
        " after \(facts.entry(of: attempt)?.meaning ?? attempt.outcome.rawValue)"
            + (attempt.errcode.map { " (\($0))" } ?? "")
    }

    private var age: String {
        let end = record.endedAt ?? facts.now
        return ExplanationWords.duration(max(.zero, end - record.createdAt + setBack))
    }

    /// What took most of the time, all waits for the same taken together.
    private var longestWait: String {
        var totals: [WaitReason: Duration] = [:]
        for step in steps where step.kind == .waited {
            if let reason = step.reason { totals[reason, default: .zero] += step.duration ?? .zero }
        }
        let longest = totals.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
        guard let longest, longest.value >= .seconds(1) else { return "" }
        return "; it waited \(ExplanationWords.duration(longest.value)) \(ExplanationWords.clause(longest.key, facts))"
    }

    private var cause: String {
        guard let last = record.attempts.last else { return record.reason.map(facts.clean) ?? "no reason was kept" }
        if let entry = facts.entry(of: last) { return "\(entry.meaning) (errcode \(entry.code))" }
        return last.errmsg.map(facts.clean) ?? ExplanationWords.outcome(last.outcome)
    }
}
