internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// Attempts `from` to `to`, each of which leaves the message waiting; `unknown` have an unknown outcome.
    private static func attempts(_ numbers: ClosedRange<Int>, unknown: Set<Int>, step: Int64 = 1) -> [JournalWrite] {
        numbers.flatMap { number in
            let at = Sample.start + .seconds(Int64(number) * step)
            let outcome: Outcome = unknown.contains(number) ? .unknown : .transient
            return [Sample.start(1, attempt: number, at: at), Sample.retry(1, attempt: number, at: at, outcome)]
        }
    }

    /// What a new process learns.
    static let restoringChecks: [JournalCheck] = [
        JournalCheck("what has not ended comes back, oldest first, whatever order it came in") { trial in
            for number in [5, 3, 1, 4, 2, 6] { try await trial.write([Sample.accept(number)]) }
            try await trial.write([Sample.start(4), Sample.conclude(2, as: .expired)])
            try await trial.write([Sample.start(6), Sample.end(6)])
            for _ in 0..<2 {
                let ids = try trial.restored().map(\.id)
                trial.expect("what comes back", ids, is: [1, 3, 4, 5].map { Sample.id($0) })
                try await trial.kill()
            }
        },
        JournalCheck("a message comes back with all that the queue must know") { trial in
            var record = Sample.record(1, app: "主号", client: "订单")
            (record.message.type, record.message.priority) = (.custom, .low)
            (record.message.retryClass, record.message.notBefore) = ("async", Sample.start + .seconds(1))
            record.message.notAfter = Sample.start + .seconds(60)
            record.message.collapse = CollapseMark(0..<16)
            try await trial.write([.accept(record), Sample.start(1, at: Sample.start + .seconds(2))])
            try await trial.write([Sample.retry(1, at: Sample.start + .seconds(2))])
            try await trial.write([Sample.start(1, attempt: 2, at: Sample.start + .seconds(3))])
            try await trial.write([Sample.retry(1, attempt: 2, at: Sample.start + .seconds(3))])
            try await trial.kill()
            (record.progress.countedAttempts, record.progress.startedAttempts) = (2, 2)
            (record.progress.firstAttemptAt, record.progress.nextAt) = (
                Sample.start + .seconds(2), Sample.start + .seconds(4)
            )
            record.progress.reason = "busy"
            let expected = RestoredMessage(record.message, record.progress)
            trial.expect("what comes back", try trial.restored(), is: [expected])
        },
        JournalCheck("a message about alerts comes back as one, by the form of its key alone") { trial in
            let digest = String(repeating: "0a", count: 32)
            let keys = ["alert-\(digest)-5983968-0", "alert-\(digest)", "alert-1-2-3", "order-1"]
            for (index, key) in keys.enumerated() {
                var record = Sample.record(index + 1, key: key)
                record.message.source = MessageSource(idempotencyKey: key)
                try await trial.write([.accept(record)])
            }
            try await trial.write([Sample.accept(5)])
            try await trial.kill()
            let sources: [MessageSource] = [.alert, .client, .client, .client, .client]
            trial.expect("who sends them", try trial.restored().map(\.message.source), is: sources)
            let found = try await trial.journal.message(Sample.id(1))?.message.source
            trial.expect("who sends the first", found, is: .alert)
        },
        JournalCheck("what was in flight comes back as interrupted, with when its attempt began, and nothing else does")
        { trial in
            let second = Sample.start + .seconds(30)
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.write([Sample.accept(2), Sample.start(2), Sample.retry(2)])
            try await trial.write([Sample.start(2, attempt: 2, at: second)])
            try await trial.write([Sample.accept(3), Sample.start(3), Sample.retry(3)])
            try await trial.write([Sample.accept(4)])
            try await trial.kill()
            let messages = try trial.restored()
            trial.expect("since when", messages.map(\.progress.attemptAt), is: [Sample.start, second, nil, nil])
            trial.expect("the attempts", messages.map(\.progress.startedAttempts), is: [1, 2, 1, 0])
            let firsts: [Timestamp?] = [Sample.start, Sample.start, Sample.start, nil]
            trial.expect("the first attempts", messages.map(\.progress.firstAttemptAt), is: firsts)
            // What the gateway writes about such a one.
            try await trial.write([Sample.retry(1, .unknown)])
            try await trial.reopen()
            trial.expect("the settled one", try trial.restored().first?.progress.attemptAt, is: nil)
            trial.expect("the settled one's doubt", try trial.restored().first?.progress.isAmbiguous, is: true)
        },
        JournalCheck("the body of a message in doubt comes with it, and no other") { trial in
            for number in 1...4 { try await trial.write([Sample.accept(number)]) }
            // The first was in flight, of the second nobody knows how an attempt ended, the third has only failed.
            try await trial.write([Sample.start(1)])
            try await trial.write([Sample.start(2), Sample.retry(2, .unknown)])
            try await trial.write([Sample.start(3), Sample.retry(3)])
            var bare = Sample.record(5)
            bare.content.body = []
            try await trial.write([.accept(bare), Sample.start(5)])
            try await trial.kill()
            let expected = [1, 2].map { Sample.record($0).content.body } + [[], [], []]
            trial.expect("the bodies", try trial.restored().map(\.doubtfulBody), is: expected)
        },
        JournalCheck("a doubt is known until a redrive") { trial in
            try await trial.write([Sample.accept(1)] + attempts(1...3, unknown: [2]))
            try await trial.kill()
            trial.expect("the doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
            try await trial.write([
                Sample.conclude(1, as: .unknown), .redrive(Sample.id(1), at: Sample.start + .seconds(9)),
            ])
            trial.expect("the doubt after a redrive", try trial.restored().map(\.progress.isAmbiguous), is: [false])
            trial.expect("that there was one", try trial.restored().map(\.progress.wasInDoubt), is: [true])
            try await trial.write(attempts(10...12, unknown: []))
            trial.expect("the doubt after more attempts", try trial.restored().map(\.progress.isAmbiguous), is: [false])
            try await trial.write(attempts(13...13, unknown: [13]))
            try await trial.kill()
            trial.expect("the new doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
        },
        JournalCheck("a doubt outlives what a long trail leaves out") { trial in
            try await trial.write([Sample.accept(1)] + attempts(1...300, unknown: [30]))
            trial.expect("the doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
            try await trial.write([
                Sample.conclude(1, as: .unknown), .redrive(Sample.id(1), at: Sample.start + .seconds(300)),
            ])
            try await trial.write(attempts(301...600, unknown: [350]))
            trial.expect("the later doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
            trial.expect("the earlier doubt", try trial.restored().map(\.progress.wasInDoubt), is: [true])
        },
        JournalCheck("a redrive without a doubt before it leaves none") { trial in
            try await trial.write([Sample.accept(1)] + attempts(1...3, unknown: []))
            try await trial.write([Sample.conclude(1, as: .dead), .redrive(Sample.id(1), at: Sample.start)])
            try await trial.write(attempts(4...5, unknown: [5]))
            try await trial.kill()
            trial.expect("an earlier doubt", try trial.restored().map(\.progress.wasInDoubt), is: [false])
            trial.expect("the doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
        },
        JournalCheck("a clock that is set back hides no doubt") { trial in
            try await trial.write([Sample.accept(1)] + attempts(1...1, unknown: []))
            try await trial.write(attempts(2...200, unknown: [40], step: -1))
            try await trial.kill()
            trial.expect("the doubt", try trial.restored().map(\.progress.isAmbiguous), is: [true])
        },
        JournalCheck("a clock that is set back brings no doubt again that a redrive has ended") { trial in
            try await trial.write([Sample.accept(1)] + attempts(1...3, unknown: [3]))
            try await trial.write([Sample.conclude(1, as: .unknown), .redrive(Sample.id(1), at: Sample.start)])
            trial.expect("the doubt", try trial.restored().map(\.progress.isAmbiguous), is: [false])
            try await trial.write(attempts(4...5, unknown: [], step: -1))
            try await trial.kill()
            trial.expect("the doubt later", try trial.restored().map(\.progress.isAmbiguous), is: [false])
        },
    ]
}
