internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// Starts, their receipts, and how attempts end.
    static let attemptChecks: [JournalCheck] = [
        JournalCheck("a start brings the body with its trace and client only when asked to") { trial in
            try await trial.write([Sample.accept(1), Sample.accept(2)])
            let receipt = try await trial.write([
                Sample.start(1), .start(Sample.id(2), number: 1, at: Sample.start, needsBody: true),
                .start(Sample.id(3), number: 1, at: Sample.start, needsBody: true),
            ])
            let (message, content) = (Sample.record(2).message, Sample.record(2).content)
            let stored = StoredBody(bytes: content.body, traceparent: Sample.trace, client: message.client)
            trial.expect("the bodies", receipt.bodies, is: [Sample.id(2): stored])
        },
        JournalCheck("each call's receipt has its own bodies") { trial in
            let answers = Answers<[JobID: StoredBody]>()
            for number in 0..<50 {
                let begin = JournalWrite.start(
                    Sample.id(number),
                    number: 1,
                    at: Sample.start,
                    needsBody: number % 2 == 0
                )
                trial.journal.append([Sample.accept(number), begin]) { answers.add((try? $0.get().bodies) ?? [:]) }
            }
            for (number, bodies) in await answers.wait(for: 50).enumerated() {
                let expected = number % 2 == 0 ? [Sample.id(number): Sample.record(number).content.body] : [:]
                trial.expect("the bodies of call \(number)", bodies.mapValues(\.bytes), is: expected)
            }
        },
        JournalCheck("a body that is not there is missing in the receipt, alike in one call and in two") { trial in
            for (number, isOneCall) in [(1, true), (2, false)] {
                var record = Sample.record(number)
                record.content.body = []
                let begin = JournalWrite.start(record.id, number: 1, at: Sample.start, needsBody: true)
                if !isOneCall { try await trial.write([.accept(record)]) }
                let receipt = try await trial.write(isOneCall ? [.accept(record), begin] : [begin])
                trial.expect("the bodies of \(number)", receipt.bodies, is: [:])
            }
        },
        JournalCheck("a start alone or with its accept makes the message sending, and voids what it waited for") {
            trial in
            for (number, isOneCall) in [(1, true), (2, false)] {
                var record = Sample.record(number)
                let at = Sample.start + .seconds(1)
                let begin = Sample.start(number, at: at)
                let waiting = Settlement(
                    state: .pending,
                    at: Sample.start,
                    nextAt: at,
                    countedAttempts: 0,
                    reason: "scheduled"
                )
                if !isOneCall { try await trial.write([.accept(record), .conclude(record.id, waiting)]) }
                try await trial.write(isOneCall ? [.accept(record), begin] : [begin])
                (record.progress.state, record.progress.startedAttempts) = (.sending, 1)
                (record.progress.firstAttemptAt, record.progress.attemptAt) = (at, at)
                trial.expect("message \(number)", try await trial.message(record.id), is: record)
            }
        },
        JournalCheck("a settled attempt stands in the trail, and the message waits on or has ended") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.write([Sample.retry(1)])
            var expected = Sample.record(1)
            (expected.progress.countedAttempts, expected.progress.startedAttempts) = (1, 1)
            expected.progress.firstAttemptAt = Sample.start
            (expected.progress.nextAt, expected.progress.reason) = (Sample.start + .seconds(1), "busy")
            expected.attempts = [Sample.attempt(1, .transient)]
            trial.expect("the waiting message", try await trial.message(Sample.id(1)), is: expected)

            let later = Sample.start + .seconds(1)
            let sent = Settlement(state: .sent, at: later + .seconds(1), countedAttempts: 1, msgid: .max)
            try await trial.write([Sample.start(1, attempt: 2, at: later)])
            try await trial.write([.settle(Sample.id(1), Sample.attempt(2, at: later), sent)])
            (expected.progress.state, expected.progress.msgid) = (.sent, .max)
            (expected.progress.endedAt, expected.progress.startedAttempts) = (later + .seconds(1), 2)
            (expected.progress.nextAt, expected.progress.reason) = (nil, nil)
            expected.attempts.append(Sample.attempt(2, at: later))
            trial.expect("the sent message", try await trial.message(Sample.id(1)), is: expected)
            trial.expect("what comes back", try trial.restored(), is: [])
        },
        JournalCheck("WeChat's id of a message stays when a later settlement has none") { trial in
            let sent = Settlement(state: .sent, at: Sample.start, countedAttempts: 0, msgid: .min)
            try await trial.write([Sample.accept(1), .conclude(Sample.id(1), sent)])
            try await trial.write([Sample.conclude(1, as: .delivered)])
            let message = try await trial.message(Sample.id(1))
            trial.expect("its state", message.progress.state, is: .delivered)
            trial.expect("its id", message.progress.msgid, is: .min)
        },
        JournalCheck("an attempt given back leaves no trace, and its number is used again") { trial in
            let waiting = Settlement(
                state: .pending,
                at: Sample.start,
                nextAt: Sample.start + .seconds(5),
                countedAttempts: 0
            )
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.write([.conclude(Sample.id(1), waiting)])
            var expected = Sample.record(1)
            expected.progress.nextAt = Sample.start + .seconds(5)
            trial.expect("the message", try await trial.message(Sample.id(1)), is: expected)
            trial.expect("its attempts", try trial.restored().map(\.progress.startedAttempts), is: [0])
            trial.expect("when it was interrupted", try trial.restored().map(\.progress.attemptAt), is: [nil])
            try await trial.write([Sample.start(1), Sample.retry(1), Sample.start(1, attempt: 2)])
            try await trial.write([.conclude(Sample.id(1), waiting)])
            trial.expect("its attempts later", try trial.restored().map(\.progress.startedAttempts), is: [1])
            trial.expect("its first attempt", try trial.restored().map(\.progress.firstAttemptAt), is: [Sample.start])
        },
        JournalCheck("a message ends without an attempt, and when") { trial in
            for (number, state) in [JobState.expired, .cancelled, .dead].enumerated() {
                let end = Sample.start + .seconds(7)
                try await trial.write([Sample.accept(number), Sample.conclude(number, as: state, at: end)])
                var expected = Sample.record(number)
                (expected.progress.state, expected.progress.endedAt) = (state, end)
                trial.expect("message \(number)", try await trial.message(Sample.id(number)), is: expected)
            }
            trial.expect("what comes back", try trial.restored(), is: [])
        },
        JournalCheck(
            "a redriven message waits again: its trail stays, its counters, its times and WeChat's id are void"
        ) { trial in
            var record = Sample.record(1)
            (record.message.notBefore, record.message.notAfter) = (Sample.start, Sample.start + .seconds(60))
            let failed = Settlement(
                state: .failed,
                at: Sample.start,
                countedAttempts: 1,
                msgid: 42,
                reason: "refused (47003)"
            )
            try await trial.write([.accept(record), Sample.start(1), .settle(record.id, Sample.attempt(1), failed)])
            let later = Sample.start + .seconds(900)
            try await trial.write([.redrive(record.id, at: later)])
            (record.message.notBefore, record.message.notAfter, record.progress.nextAt) = (nil, nil, later)
            record.progress.startedAttempts = 1
            record.attempts = [Sample.attempt(1)]
            trial.expect("the message", try await trial.message(record.id), is: record)
            try await trial.write([Sample.start(1, attempt: 2, at: later)])
            trial.expect("its attempts", try trial.restored().map(\.progress.startedAttempts), is: [2])
            trial.expect("its first attempt", try trial.restored().map(\.progress.firstAttemptAt), is: [later])
        },
        JournalCheck("a settle that comes again takes the place of the first") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1), Sample.retry(1)])
            try await trial.write([Sample.end(1)])
            let message = try await trial.message(Sample.id(1))
            trial.expect("its trail", message.attempts, is: [Sample.attempt(1)])
            trial.expect("its state", message.progress.state, is: .sent)
        },
        JournalCheck("a write about a message that is not there does nothing") { trial in
            let writes = [
                Sample.start(1), Sample.retry(1), Sample.conclude(1, as: .cancelled),
                .redrive(Sample.id(1), at: Sample.start),
            ]
            for write in writes { trial.expect("why it is refused", await trial.refusal(of: [write]), is: nil) }
            trial.expect("the message", try await trial.journal.message(Sample.id(1)), is: nil)
            try await trial.write([Sample.accept(1)])
            trial.expect("the message that comes later", try await trial.message(Sample.id(1)), is: Sample.record(1))
        },
    ]
}
