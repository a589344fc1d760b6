internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// A message in which every field says something.
    private static var full: MessageRecord {
        MessageRecord(
            Message(
                id: Sample.id(1),
                app: "主号",
                client: "订单",
                type: .miniProgram,
                priority: .urgent,
                retryClass: "consistent",
                createdAt: Sample.start,
                notBefore: Sample.start + .seconds(10),
                notAfter: Sample.start + .seconds(100)
            ),
            MessageContent(
                body: [0, 1, 255, 0],
                metadata: Array("{\"订单\": 1}".utf8),
                recipient: "oRecipient",
                idempotency: IdempotencyMark(key: "order-1", digest: Array(0..<32)),
                traceparent: Sample.trace
            )
        )
    }

    /// One line for each outcome, with everything that a line can have.
    private static var lines: [AttemptRecord] {
        // WeChat's own words may look like anything.
        let steps: [(WaitReason?, String)] = [
            (nil, "retry after 系统繁忙 (-1)"), (.throttled, "系统繁忙: (45011)"), (nil, "paused: so it says"),
            (nil, ": "), (.account, ""),
        ]
        let costs: [RetryCost] = [.free, .paid, .deferred(.milliseconds(1_200))]
        return Outcome.allCases.enumerated().map { index, outcome in
            var line = Sample.attempt(index + 1, at: Sample.start + .milliseconds(Int64(index)), outcome)
            line.duration = .nanoseconds(Int64(index) * 1_234_567)
            line.errcode = index % 3 == 0 ? nil : 40_000 + index
            line.errmsg = index % 2 == 0 ? nil : "系统繁忙 '\(index)'"
            line.rid = index % 2 == 0 ? "65a-\(index)" : nil
            line.waits =
                index % 4 == 0 ? [] : [Wait(.breakerOpen, .milliseconds(30_000)), Wait(.turn, .milliseconds(1))]
            if index % 2 == 1 {
                let due = index % 4 == 1 ? Sample.start + .seconds(7) : nil
                let (wait, reason) = steps[index / 2 % steps.count]
                line.next = NextStep(due: due, wait: wait, reason: reason, cost: costs[index % 3])
            }
            return line
        }
    }

    /// What is kept of a message.
    static let messageChecks: [JournalCheck] = [
        JournalCheck("every field of a message is kept") { trial in
            try await trial.write([.accept(full)])
            trial.expect("the message", try await trial.message(full.id), is: full)
            try await trial.reopen()
            trial.expect("the message later", try await trial.message(full.id), is: full)
        },
        JournalCheck("a message of empty fields stays one") { trial in
            let bare = MessageRecord(
                Message(id: Sample.id(1), app: "main", type: .mass, createdAt: Sample.start),
                MessageContent(body: [])
            )
            try await trial.write([.accept(bare)])
            trial.expect("the message", try await trial.message(bare.id), is: bare)
        },
        JournalCheck("an unknown id is no message") { trial in
            try await trial.write([Sample.accept(1)])
            trial.expect("the message", try await trial.journal.message(Sample.id(2)), is: nil)
        },
        JournalCheck("every type, priority and class is kept") { trial in
            let records = MessageType.allCases.flatMap { type in
                Priority.allCases.map { priority in
                    var record = Sample.record(Int(priority.rawValue), client: type.rawValue)
                    let number = UInt64(MessageType.allCases.firstIndex(of: type) ?? 0)
                    record.message.id = JobID(rawValue: number << 8 | record.id.rawValue)
                    (record.message.type, record.message.priority) = (type, priority)
                    record.message.retryClass = "\(type) \(priority)"
                    return record
                }
            }
            try await trial.write(records.map { .accept($0) })
            for record in records {
                trial.expect("\(record.message.retryClass)", try await trial.message(record.id), is: record)
            }
        },
        JournalCheck("a body of every size is kept to the byte") { trial in
            for (number, size) in [1, 4_095, 65_536, 262_144].enumerated() {
                var record = Sample.record(number)
                record.content.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                try await trial.write([.accept(record)])
                let begin = JournalWrite.start(record.id, number: 1, at: Sample.start, needsBody: true)
                let receipt = try await trial.write([begin])
                trial.expect("whether \(size) bytes are", receipt.bodies[record.id]?.bytes == record.content.body)
            }
        },
        JournalCheck("each line of the trail is kept as it was told, oldest first") { trial in
            try await trial.write([Sample.accept(1)])
            for line in lines {
                let waiting = Settlement(state: .pending, at: line.startedAt, countedAttempts: 0)
                try await trial.write([
                    Sample.start(1, attempt: line.number, at: line.startedAt), .settle(Sample.id(1), line, waiting),
                ])
            }
            try await trial.reopen()
            trial.expect("the trail", try await trial.message(Sample.id(1)).attempts, is: lines)
        },
        JournalCheck("of a long trail the first and the last attempts are kept, and how many lie between") { trial in
            try await trial.write([Sample.accept(1)])
            for count in [20, 100, 101, 250] {
                let from = (try trial.restored().first?.progress.startedAttempts ?? 0) + 1
                let writes = (from...count).flatMap { [Sample.start(1, attempt: $0), Sample.retry(1, attempt: $0)] }
                try await trial.write(writes)
                let message = try await trial.message(Sample.id(1))
                let kept = (1...count).filter { AttemptTrail.keeps($0, newest: count) }
                trial.expect("the trail of \(count)", message.attempts.map(\.number), is: kept)
                trial.expect("those left out of \(count)", message.omittedAttempts, is: count - kept.count)
            }
        },
    ]
}
