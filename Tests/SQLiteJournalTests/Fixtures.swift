import Queueing
import SQLiteJournal
import TestSupport
import Timekeeping
import WeChat
import WeirPorts

let start = Timestamp(milliseconds: 1_795_190_400_000)

/// Ids as the gateway makes them: the time in front.
func id(_ number: Int, at time: Timestamp = start) -> JobID {
    JobID(rawValue: UInt64(time.milliseconds) << 20 + UInt64(number))
}

func record(
    _ id: JobID,
    app: String = "main",
    client: String = "orders",
    recipient: String = "oRecipient",
    createdAt: Timestamp = start,
    key: String? = nil,
    state: JobState = .pending,
    endedAt: Timestamp? = nil
) -> MessageRecord {
    var progress = MessageProgress()
    (progress.state, progress.endedAt) = (state, endedAt)
    return MessageRecord(
        Message(id: id, app: app, client: client, type: .template, createdAt: createdAt),
        MessageContent(
            body: Array("{\"touser\":\"\(recipient)\"}".utf8),
            recipient: recipient,
            idempotency: key.map { IdempotencyMark(key: $0, digest: [UInt8](repeating: 7, count: 32)) },
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        ),
        progress
    )
}

/// What brings a message into the state that a record tells.
func writes(_ record: MessageRecord) -> [JournalWrite] {
    switch record.state {
    case .pending: [.accept(record)]
    case .sending: [.accept(record), .start(record.id, number: 1, at: record.createdAt, needsBody: false)]
    default:
        [
            .accept(record),
            .conclude(
                record.id,
                Settlement(state: record.state, at: record.endedAt ?? record.createdAt, countedAttempts: 0)
            ),
        ]
    }
}

extension JournalWrite {
    static func accept(_ record: MessageRecord) -> JournalWrite { .accept(record.message, record.content) }
}

func attempt(_ number: Int, at time: Timestamp = start, _ outcome: Outcome = .accepted) -> AttemptRecord {
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

/// A message as a list of its parts, to be compared whole.
func parts(_ message: MessageRecord?) -> [String] {
    guard let message else { return [] }
    let parts: [Any] = [message.message, message.content, message.progress]
    return (parts.flatMap { Mirror(reflecting: $0).children } + Mirror(reflecting: message).children.suffix(3))
        .map { "\($0.label ?? "") = \($0.value)" }
}

extension SQLiteJournal {
    /// Appends and waits for the answer.
    @discardableResult
    func write(_ writes: [JournalWrite]) async throws(JournalError) -> JournalReceipt {
        let result = await withCheckedContinuation { continuation in
            append(writes) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    func restored() throws(JournalError) -> [RestoredMessage] {
        var messages: [RestoredMessage] = []
        try restore { messages.append($0) }
        return messages
    }
}

/// Runs `body` with a journal on a fresh folder and closes it.
func withJournal<Value>(
    _ configuration: SQLiteJournalConfiguration = SQLiteJournalConfiguration(),
    timeSource: any TimeSource = ManualTimeSource(),
    onCommit: @escaping @Sendable (CommitReport) -> Void = { _ in },
    _ body: (SQLiteJournal, TemporaryFolder) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    let journal = try SQLiteJournal(
        path: folder.journal,
        configuration: configuration,
        timeSource: timeSource
    )
    journal.onCommit(onCommit)
    let value = try await body(journal, folder)
    await journal.close()
    return value
}
