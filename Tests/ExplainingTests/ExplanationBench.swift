import Queueing
import Resilience
import Settings
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// Messages as the journal would have them, to be explained: accepted at noon in China.
enum ExplanationBench {
    static let noon = Timestamp(rfc3339: "2026-11-21T12:00:00+08:00") ?? .distantFuture
    static let openID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
    static let breaker = "main~api.weixin.qq.com~message"

    static func at(_ duration: Duration) -> Timestamp { noon + duration }

    static func record(
        _ type: MessageType = .template,
        _ state: JobState = .pending,
        _ attempts: [AttemptRecord] = [],
        change: (inout MessageRecord) -> Void = { _ in }
    ) -> MessageRecord {
        let body =
            type == .template
            ? "{\"touser\":\"\(openID)\",\"client_msg_id\":\"1\",\"secret\":\"words of the body\"}"
            : "{\"touser\":\"\(openID)\",\"secret\":\"words of the body\"}"
        var record = MessageRecord(
            Message(
                id: JobID(rawValue: UInt64(noon.milliseconds) << 20),
                app: "main",
                client: "orders",
                type: type,
                createdAt: noon
            ),
            MessageContent(body: Array(body.utf8), recipient: openID),
            attempts: attempts
        )
        record.progress.state = state
        record.progress.countedAttempts = attempts.count
        record.progress.firstAttemptAt = attempts.first?.startedAt
        if state.isTerminal {
            record.progress.endedAt = attempts.last.map { $0.startedAt + $0.duration } ?? at(.seconds(3))
        }
        change(&record)
        return record
    }

    /// An attempt of 120 ms.
    static func attempt(
        _ number: Int = 1,
        at offset: Duration = .zero,
        _ outcome: Outcome = .accepted,
        errcode: Int? = 0,
        errmsg: String? = "ok",
        waits: [Wait] = [],
        next: NextStep? = nil
    ) -> AttemptRecord {
        AttemptRecord(
            number: number,
            startedAt: at(offset),
            duration: .milliseconds(120),
            outcome: outcome,
            errcode: errcode,
            errmsg: errmsg,
            rid: errcode == 0 ? nil : "65a-\(number)",
            waits: waits,
            next: next
        )
    }

    /// WeChat was busy; the class sends it again.
    static func busy(
        _ number: Int = 1,
        at offset: Duration = .zero,
        again: Duration,
        _ cost: RetryCost = .paid
    ) -> AttemptRecord {
        attempt(
            number,
            at: offset,
            .transient,
            errcode: -1,
            errmsg: "system error",
            next: NextStep(due: at(again), reason: "retry after system error (-1)", cost: cost)
        )
    }

    static func report(
        _ obstacle: Obstacle,
        since: Duration = .zero,
        waits: [Wait] = [],
        waiting: Int = 1
    ) -> MessageFacts.Waiting {
        MessageFacts.Waiting(obstacle: obstacle, waits: waits, since: at(since), inLane: waiting)
    }

    static func explain(
        _ record: MessageRecord,
        report: MessageFacts.Waiting? = nil,
        policy: RetryPolicy? = .available,
        refusedWith: Int? = nil,
        now: Duration = .seconds(5)
    ) -> Explanation {
        Explanation(
            MessageFacts(
                record: record,
                waiting: report,
                policy: policy,
                limit: RateLimit(permits: 10, per: .seconds(1), burst: 20),
                breaker: breaker,
                refusedWith: refusedWith,
                now: at(now)
            )
        )
    }
}
