import DispatchCore
import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

extension ExplanationTimeline {
    private var record: MessageRecord { facts.record }

    // MARK: After an attempt

    mutating func decided(_ next: NextStep, after attempt: AttemptRecord) {
        let at = attempt.startedAt + attempt.duration
        var step = ExplanationStep(.decided, at: at, words(next, attempt, at: at))
        step.reason = next.wait
        step.nextAt = next.due
        step.cost = next.cost
        locate(&step)
        add(step)
    }

    private func words(
        _ next: NextStep,
        _ attempt: AttemptRecord,
        at: Timestamp
    ) -> String {
        let until = next.due.map { " until \(ExplanationWords.time($0))" } ?? ""
        let said = attempt.errcode.map { "WeChat said \($0)" } ?? "WeChat said so"
        let free = "\(pause(next, at: at)) It uses up no attempt and costs nothing of the retry budget."
        switch next.wait {
        case .quotaExhausted: return "Parked\(until)\(midnight(next.due)), because \(said).\(free)"
        case .throttled: return "Parked\(until), because \(said).\(free)"
        case .account: return "Held\(until), because \(said): an operator must act.\(free)"
        default: break
        }
        switch next.cost {
        case .free where attempt.outcome == .tokenRejected:
            return "It goes again at once with another access_token.\(free)"
        case .free where MessageFacts.isInterrupted(attempt): return "It goes again: \(knowsRepeats).\(free)"
        case .free:
            let what = next.wait.map { "\($0.rawValue): " } ?? ""
            return "It waits on\(until): \(what)\(facts.clean(next.reason)).\(free)"
        case .paid: return retry(next, at: at) + " That cost 1 of the retry budget of app \(record.app)."
        case .deferred(let delay):
            let later = ExplanationWords.duration(delay)
            return retry(next, at: at)
                + " The retry budget of app \(record.app) was spent, which put it off by \(later)."
        }
    }

    /// Waits that cost no attempt grow longer while the same is met again.
    private func pause(_ next: NextStep, at: Timestamp) -> String {
        guard inARow > 1, let due = next.due, due > at else { return "" }
        return " Such waits in a row: \(inARow), this one of \(ExplanationWords.duration(due - at))."
    }

    private func midnight(_ due: Timestamp?) -> String {
        guard let due, ChinaTime.nextMidnight(after: due + .milliseconds(-1)) == due else { return "" }
        return ", midnight in Shanghai, when quotas begin anew"
    }

    private func retry(_ next: NextStep, at: Timestamp) -> String {
        guard let due = next.due else { return "It goes again: \(stepOfClass)." }
        let later = ExplanationWords.duration(due - at)
        return "It goes again at \(ExplanationWords.time(due)), \(later) later: \(stepOfClass)."
    }

    /// Which of the class's steps the retry after the last counted attempt is.
    private var stepOfClass: String {
        let name = "class \(record.retryClass)"
        guard let policy = facts.policy else { return "a retry of \(name)" }
        let fast = max(1, policy.fastAttempts)
        if counted < fast { return "fast retry \(counted) of \(fast - 1) of \(name)" }
        let index = counted - fast
        if index < policy.ladder.count { return "step \(index + 1) of \(policy.ladder.count) of the ladder of \(name)" }
        guard let step = policy.thereafter ?? policy.ladder.last else { return "a retry of \(name)" }
        return "\(name) goes on every \(ExplanationWords.duration(step))"
    }

    // MARK: Ends

    mutating func ended(_ last: AttemptRecord?) {
        let at = record.endedAt ?? last.map { $0.startedAt + $0.duration } ?? record.createdAt
        if told - at > ExplanationTimeline.clockTolerance { clockWasSetBack(to: at) }
        let took = max(.zero, at - record.createdAt + setBack)
        var step = ExplanationStep(.ended, at: at, end(last, after: ExplanationWords.duration(took)))
        step.duration = took
        if let attempt = last, [.failed, .dead].contains(facts.endBeforeReceipt) {
            step.errcode = attempt.errcode
            step.rid = attempt.rid
        }
        add(step)
        receipts()
    }

    private func end(_ last: AttemptRecord?, after took: String) -> String {
        let reason = record.reason.map { ": \(facts.clean($0))" } ?? ""
        switch facts.endBeforeReceipt {
        case .sent:
            return "Sent, \(took) after it was accepted"
                + (record.msgid.map { "; WeChat's msgid is \($0)." } ?? ".")
        case .delivered: return "Delivered to the phone, \(took) after it was accepted."
        case .failed:
            return "Failed\(reason). It is not repeated by itself; \(afterRedrive)"
        case .dead: return "Given up\(reason). \(limitReached)"
        case .expired: return "Expired: its not_after passed before WeChat took it."
        case .cancelled:
            guard let newer = record.collapsedInto else { return "Cancelled by its client." }
            return "Collapsed: message \(newer), which has the same collapse_key, took its place."
        case .unknown where facts.isProbablyDelivered:
            return "Ended as unknown\(reason). The attempt in doubt has probably used the recipient's one consent."
        case .unknown: return "Ended as unknown\(reason). \(whyNotRepeated)"
        case .pending, .sending: return ""
        }
    }

    private var afterRedrive: String {
        guard let recipient = facts.suppressed else { return "a redrive would send it again as it is." }
        return
            "a redrive would fail at once until \(ExplanationWords.time(recipient.until)), as its recipient is suppressed: "
            + "\(recipient.cause)."
    }

    /// Which of its class's limits made it dead.
    var limitReached: String {
        let count = ExplanationWords.attempts(record.countedAttempts)
        let name = "class \(record.retryClass)"
        guard let policy = facts.policy else { return "After \(count) \(name) allowed no more." }
        if policy.ladder.isEmpty, policy.thereafter == nil, record.countedAttempts >= max(1, policy.fastAttempts) {
            return "\(count) \(record.countedAttempts == 1 ? "is" : "are") all that \(name) allows."
        }
        guard let age = policy.maxAge else { return "After \(count) \(name) allowed no more." }
        let limit = ExplanationWords.duration(age)
        return "After \(count), the next would have come later than \(limit) after the first, the max_age of \(name)."
    }

    var whyNotRepeated: String {
        guard facts.isRepeatKnown else {
            let what = record.type.rawValue.replacing("_", with: " ")
            return
                "WeChat can't tell a repeat of this \(what) message from a new one, so a repeat could be shown twice."
        }
        let window = ExplanationWords.duration(facts.repeatability.window ?? .zero)
        let member = facts.repeatability.idMember ?? ""
        return "A repeat is safe only within \(window) of the first attempt, in which WeChat knows its \(member), "
            + "and no more retry fell into that time."
    }

    // MARK: Now

    mutating func nowWaiting(_ waiting: MessageFacts.Waiting) {
        let obstacle = waiting.obstacle
        let since = obstacle.reason == .scheduled ? told : waiting.since
        var step = ExplanationStep(.waiting, at: min(since, facts.now), words(waiting))
        step.reason = obstacle.reason
        step.duration = max(.zero, facts.now - step.at)
        step.nextAt = obstacle.until ?? (obstacle.reason == .scheduled ? record.nextAt : nil)
        if let refusal = facts.refusal { (step.errcode, step.meaning) = (refusal.code, refusal.meaning) }
        step.advice = facts.adviceOnRefusal
        locate(&step)
        nextAt = step.nextAt
        add(step)
    }

    private func words(_ waiting: MessageFacts.Waiting) -> String {
        let obstacle = waiting.obstacle
        let until = obstacle.until.map { ExplanationWords.time($0) }
        if obstacle.reason == .scheduled {
            let what = record.attempts.isEmpty ? "its not_before" : "the time of its retry"
            return "It waits for \(what)\(until.map { ", \($0)" } ?? "")."
        }
        let so = ExplanationWords.duration(facts.now - min(waiting.since, facts.now))
        var text = "It waits \(ExplanationWords.clause(obstacle.reason, facts)); ready since "
        text += "\(ExplanationWords.time(waiting.since)), \(so)."
        let earlier = waiting.waits.filter { $0.reason != obstacle.reason }.map { wait in
            "\(ExplanationWords.duration(wait.duration)) \(ExplanationWords.clause(wait.reason, facts))"
        }
        if !earlier.isEmpty { text += " Since then it also waited \(earlier.joined(separator: ", ")). " }
        let others = max(0, waiting.inLane - 1)
        if obstacle.reason == .breakerOpen, until == nil {
            text += " An operator has opened it, and it stays so until they set it to auto."
        } else if let until, obstacle.reason == .rateLimited, others > 0, let limit = facts.limit {
            let all = limit.per * waiting.inLane / max(1, limit.permits)
            text +=
                " The next permit is there at \(until); all that wait in its lane need about \(ExplanationWords.duration(all))."
        } else if let until {
            text += " It may go at \(until)\(midnight(obstacle.until))."
        }
        text += " " + (others == 0 ? "Nothing else waits" : others == 1 ? "1 other waits" : "\(others) others wait")
        text += " in its lane."
        if let advice = facts.adviceOnRefusal { text += " " + advice }
        return text.replacing("  ", with: " ")
    }

    // MARK: Now

    mutating func sending() {
        let number = (record.attempts.last?.number ?? 0) + 1
        var at = facts.now
        if record.attempts.isEmpty, let first = record.firstAttemptAt { at = first }
        if at > told, record.attempts.isEmpty { wait(until: at, waits: [], after: nil) }
        var step = ExplanationStep(.sending, at: at, "Attempt \(number) is on its way to WeChat.")
        step.attempt = number
        add(step)
    }

    mutating func adrift() {
        let text =
            "It waits in the journal alone: its app \(record.app) is not configured any more, or it is just moving on."
        var step = ExplanationStep(.waiting, at: facts.now, text)
        step.nextAt = record.nextAt
        nextAt = record.nextAt
        add(step)
    }
}
