internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// Messages and attempts for checks to write.
enum Sample {
    /// 2026-11-21T00:00:00+08:00.
    static let start = Timestamp(milliseconds: 1_795_190_400_000)
    static let day = Duration.seconds(86_400)
    static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    /// Ids as the gateway makes them: the time in front.
    static func id(_ number: Int, at time: Timestamp = start) -> JobID {
        JobID(rawValue: UInt64(time.milliseconds) << 20 + UInt64(number))
    }

    static func record(
        _ number: Int,
        app: String = "main",
        client: String = "orders",
        recipient: String = "oRecipient",
        at createdAt: Timestamp = start,
        key: String? = nil
    ) -> MessageRecord {
        MessageRecord(
            Message(id: id(number, at: createdAt), app: app, client: client, type: .template, createdAt: createdAt),
            MessageContent(
                body: Array("{\"touser\":\"\(recipient)\",\"data\":{\"thing1\":{\"value\":\"订单已发货\"}}}".utf8),
                recipient: recipient,
                idempotency: key.map { IdempotencyMark(key: $0, digest: [UInt8](repeating: 7, count: 32)) },
                traceparent: trace
            )
        )
    }

    static func attempt(_ number: Int, at time: Timestamp = start, _ outcome: Outcome = .accepted) -> AttemptRecord {
        AttemptRecord(
            number: number,
            startedAt: time,
            duration: .milliseconds(120),
            outcome: outcome,
            errcode: 0,
            errmsg: "ok",
            rid: "65a-1"
        )
    }

    static func accept(_ number: Int) -> JournalWrite {
        .accept(record(number))
    }

    static func start(_ number: Int, attempt: Int = 1, at time: Timestamp = start) -> JournalWrite {
        .start(id(number), number: attempt, at: time, needsBody: false)
    }

    /// An attempt that leaves the message waiting.
    static func retry(
        _ number: Int,
        attempt: Int = 1,
        at time: Timestamp = start,
        _ outcome: Outcome = .transient
    ) -> JournalWrite {
        let waiting = Settlement(
            state: .pending,
            at: time,
            nextAt: time + .seconds(1),
            countedAttempts: attempt,
            reason: "busy"
        )
        return .settle(id(number), Sample.attempt(attempt, at: time, outcome), waiting)
    }

    /// An attempt that ends it.
    static func end(_ number: Int, attempt: Int = 1, as state: JobState = .sent, at time: Timestamp = start)
        -> JournalWrite
    {
        .settle(
            id(number),
            Sample.attempt(attempt, at: time),
            Settlement(state: state, at: time, countedAttempts: attempt)
        )
    }

    /// Its end without an attempt.
    static func conclude(_ number: Int, as state: JobState, at time: Timestamp = start) -> JournalWrite {
        .conclude(id(number), Settlement(state: state, at: time, countedAttempts: 0))
    }
}

extension JournalWrite {
    /// Accepts what is accepted of a record; how far that has come is no part of it.
    static func accept(_ record: MessageRecord) -> JournalWrite {
        .accept(record.message, record.content)
    }
}
