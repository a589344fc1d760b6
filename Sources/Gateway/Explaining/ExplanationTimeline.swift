import DispatchCore
import Queueing
import Timekeeping
import WeChat
import WeirPorts

/// Tells a message's life step by step: walks its attempts and says what lies between them.
struct ExplanationTimeline {
    let facts: MessageFacts
    private(set) var steps: [ExplanationStep] = []
    var nextAt: Timestamp?
    /// Attempts that have counted for the retry class since the last redrive.
    private(set) var counted = 0
    /// Attempts in a row that met the same and cost none, up to the last.
    private(set) var inARow = 0
    private var lastFree: Outcome?
    /// Up to when its life is told.
    private(set) var told: Timestamp
    /// By how much the wall clock was set back during its life: times alone would make it shorter than it was.
    private(set) var setBack = Duration.zero

    private var record: MessageRecord { facts.record }

    init(_ facts: MessageFacts) {
        self.facts = facts
        told = facts.record.createdAt
    }

    mutating func add(_ step: ExplanationStep) {
        steps.append(step)
    }

    mutating func tell() {
        accepted()
        var before: AttemptRecord?
        for attempt in record.attempts {
            if let last = before, isGap(last, attempt) {
                omitted(last, attempt)
                before = nil
            }
            if let before, before.next == nil {
                let noted = attempt.waits.reduce(Duration.zero) { $0 + $1.duration }
                resumed(before, at: attempt.startedAt + (.zero - noted))
            }
            wait(until: attempt.startedAt, waits: attempt.waits, after: before)
            self.attempt(attempt)
            told = attempt.startedAt + attempt.duration
            if let next = attempt.next { decided(next, after: attempt) }
            before = attempt
        }
        finish(before)
    }

    private mutating func finish(_ last: AttemptRecord?) {
        if record.state.isTerminal { return ended(last) }
        if let last, last.next == nil {
            // A redrive sets the count to 0.
            if record.countedAttempts > 0, !MessageFacts.isInterrupted(last) {
                retriedByOlderVersion()
            } else {
                resumed(last, at: min(record.nextAt ?? facts.waiting?.since ?? facts.now, facts.now))
            }
        }
        guard record.state == .pending else { return sending() }
        if let waiting = facts.waiting {
            if waiting.obstacle.reason != .scheduled {
                wait(until: min(facts.now, max(told, waiting.since)), waits: [], after: last)
            }
            nowWaiting(waiting)
        } else {
            adrift()
        }
    }

    // MARK: Attempts that are not kept

    /// The journal keeps the first and the last attempts of a message that has very many.
    private func isGap(_ last: AttemptRecord, _ next: AttemptRecord) -> Bool {
        record.omittedAttempts > 0 && next.number > last.number && next.number - last.number > 1
    }

    private mutating func omitted(_ last: AttemptRecord, _ next: AttemptRecord) {
        let noted = next.waits.reduce(Duration.zero) { $0 + $1.duration }
        let end = max(told, next.startedAt + (.zero - noted))
        let count = record.omittedAttempts
        var step = ExplanationStep(
            .omitted,
            at: told,
            "\(ExplanationWords.attempts(count)) between \(count == 1 ? "is" : "are") counted and kept no longer."
        )
        step.duration = end - told
        step.omitted = count
        add(step)
        told = end
        // What has counted by now is all that had, but for what is still to be told.
        let later = record.attempts.count { $0.number >= next.number && countsForClass($0) }
        counted = max(counted, record.countedAttempts - later)
        (inARow, lastFree) = (0, nil)
    }

    // MARK: Accepted

    private mutating func accepted() {
        let what = record.type.rawValue.replacing("_", with: " ")
        var text = "Weir accepted it: a \(what) message of app \(record.app), priority \(record.priority.name), "
        text += "retry class \(record.retryClass)"
        if let time = record.notBefore { text += ", not before \(ExplanationWords.time(time))" }
        if let time = record.notAfter { text += ", not after \(ExplanationWords.time(time))" }
        add(ExplanationStep(.accepted, at: record.createdAt, text + "."))
    }

    // MARK: Waits

    /// What went by between the last step and `end`: its own time first, then what it waited for, then what nobody noted.
    mutating func wait(until end: Timestamp, waits: [Wait], after before: AttemptRecord?) {
        let noted = waits.reduce(Duration.zero) { $0 + $1.duration }
        if told - end > ExplanationTimeline.clockTolerance {
            let planned = due(after: before).map { max(.zero, $0 - told) } ?? .zero
            clockWasSetBack(to: end + (.zero - planned - noted))
            tell(scheduled: planned, waits, after: before)
            told = end
            return
        }
        let total = end - told
        guard total > .zero else { return }
        var left = total - min(noted, total)
        var scheduled = Duration.zero
        if let due = due(after: before) {
            scheduled = max(.zero, min(due - told, left))
            left -= scheduled
        }
        tell(scheduled: scheduled, gap: left, waits, after: before)
        told = end
    }

    private mutating func tell(
        scheduled: Duration,
        gap: Duration = .zero,
        _ waits: [Wait],
        after before: AttemptRecord?
    ) {
        if scheduled >= .milliseconds(1) {
            waited(Wait(.scheduled, scheduled), before == nil ? "for its not_before" : "for the time of its retry")
        }
        if gap >= .seconds(1) { self.gap(gap) }
        for wait in waits where wait.reason != .scheduled && !ExplanationTimeline.isNoise(wait) {
            waited(wait, ExplanationWords.clause(wait.reason, facts))
        }
    }

    /// Between two times that are further apart the wrong way the clock was set back.
    static let clockTolerance = Duration.milliseconds(500)

    /// Times from here on are told by a clock that was set back: `time` on it is when the last step ended.
    mutating func clockWasSetBack(to time: Timestamp) {
        let back = told - time
        setBack += back
        add(
            ExplanationStep(
                .gap,
                at: time,
                "The clock was set back by about \(ExplanationWords.duration(back)): the times above are by the clock before."
            )
        )
        told = time
    }

    /// The time that the message had to wait for by itself. What waits for WeChat or an operator goes when these let it.
    private func due(after before: AttemptRecord?) -> Timestamp? {
        guard let before else { return record.notBefore }
        guard let next = before.next, next.cost != .free else { return nil }
        return next.due
    }

    private mutating func waited(_ wait: Wait, _ clause: String) {
        var step = ExplanationStep(
            .waited,
            at: told,
            "Waited \(ExplanationWords.duration(wait.duration)) \(clause)."
        )
        step.reason = wait.reason
        step.duration = wait.duration
        locate(&step)
        told = told + wait.duration
        add(step)
    }

    /// Says which limiter or breaker it was.
    func locate(_ step: inout ExplanationStep) {
        switch step.reason {
        case .breakerOpen: step.breaker = facts.breaker
        case .rateLimited, .throttled, .quotaExhausted, .quotaReserved, .account: step.api = facts.api
        case .quietHours, .noToken, .credentials, .tokenRejected, .paused, .noApp, .concurrency, .journal, .draining,
            .scheduled,
            .turn, nil:
            break
        }
    }

    /// A few milliseconds between two looks at the queue are no wait.
    private static func isNoise(_ wait: Wait) -> Bool {
        wait.reason == .turn && wait.duration < .milliseconds(10)
    }

    private mutating func gap(_ duration: Duration) {
        var step = ExplanationStep(
            .gap,
            at: told,
            "\(ExplanationWords.duration(duration)) of which nothing was noted: Weir was started anew meanwhile, its "
                + "clock was set forward, or it was an older version."
        )
        step.duration = duration
        told = told + duration
        add(step)
    }

    // MARK: Attempts

    private mutating func attempt(_ attempt: AttemptRecord) {
        let isInterrupted = MessageFacts.isInterrupted(attempt)
        var step = ExplanationStep(
            isInterrupted ? .interrupted : .attempt,
            at: attempt.startedAt,
            isInterrupted
                ? "Attempt \(attempt.number) was on its way when Weir stopped: nobody knows whether WeChat took it."
                : words(attempt)
        )
        step.attempt = attempt.number
        step.outcome = attempt.outcome
        if !isInterrupted { step.duration = attempt.duration }
        step.errcode = attempt.errcode
        step.errmsg = attempt.errmsg.map(facts.clean)
        step.rid = attempt.rid
        step.meaning = facts.entry(of: attempt)?.meaning
        step.advice = facts.advice(on: attempt)
        add(step)
        if countsForClass(attempt) { counted += 1 }
        let isFree = attempt.next?.cost == .free && !isInterrupted
        inARow = isFree && lastFree == attempt.outcome ? inARow + 1 : 1
        lastFree = isFree ? attempt.outcome : nil
    }

    private func countsForClass(_ attempt: AttemptRecord) -> Bool {
        attempt.next.map { $0.cost != .free } ?? !MessageFacts.isInterrupted(attempt)
    }

    private func words(_ attempt: AttemptRecord) -> String {
        var text = "Attempt \(attempt.number) took \(ExplanationWords.duration(attempt.duration)): "
        text += ExplanationWords.outcome(attempt.outcome)
        if let code = attempt.errcode, code != 0 {
            text += "; errcode \(code)" + (facts.entry(of: attempt).map { ", \($0.meaning)" } ?? "")
        }
        if attempt.outcome != .accepted, let errmsg = attempt.errmsg, !errmsg.isEmpty {
            text += "; it said \"\(facts.clean(errmsg))\""
        }
        if let rid = attempt.rid { text += "; rid \(rid)" }
        return text + "." + (facts.advice(on: attempt).map { " \($0)" } ?? "")
    }

    /// An attempt after which nothing was noted, and yet it went on.
    private mutating func resumed(_ last: AttemptRecord, at time: Timestamp) {
        if MessageFacts.isInterrupted(last) {
            return add(ExplanationStep(.decided, at: told, "It goes again: \(knowsRepeats)."))
        }
        counted = 0
        told = max(told, time)
        switch last.outcome {
        case .transient, .throttled, .quotaExhausted, .tokenRejected, .account:
            let text = "It went on: somebody redrove it, or an older version of Weir retried it and kept no reason."
            add(ExplanationStep(.redriven, at: told, text))
        case .accepted, .recipient, .request, .unknown:
            add(ExplanationStep(.redriven, at: told, "It had ended; somebody redrove it, and its retries count anew."))
        }
    }

    private mutating func retriedByOlderVersion() {
        let reason = record.reason.map { ": \(facts.clean($0))" } ?? "; an older version of Weir kept no reason"
        var step = ExplanationStep(.decided, at: told, "It goes again\(reason).")
        step.nextAt = record.nextAt
        add(step)
    }

    var knowsRepeats: String {
        let window = ExplanationWords.duration(facts.repeatability.window ?? .zero)
        let member = facts.repeatability.idMember ?? ""
        return "WeChat knows a repeat by its \(member), which Weir relies on for \(window) after the first attempt"
    }
}
