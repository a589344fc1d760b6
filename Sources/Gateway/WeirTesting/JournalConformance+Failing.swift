internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// The sent message's end that the kept calls below tell.
    private static let sent = Sample.end(1)

    /// While nothing can be written.
    static let failingChecks: [JournalCheck] = [
        JournalCheck(
            "while nothing can be written, what only accepts, starts or redrives fails, and nothing of it is kept"
        ) {
            trial in
            try await trial.write([Sample.accept(1), Sample.accept(2), Sample.conclude(2, as: .dead)])
            try await trial.storage.breakDisk()
            for writes in [[Sample.accept(3)], [Sample.start(1)], [.redrive(Sample.id(2), at: Sample.start)]] {
                trial.expect("whether it was refused", await trial.refusal(of: writes) != nil)
            }
            try await trial.storage.mendDisk()
            try await trial.write([])
            let kept = try trial.restored()
            trial.expect("what waits", kept.map(\.id), is: [Sample.id(1)])
            trial.expect("what was started", kept.map(\.progress.startedAttempts), is: [0])
            trial.expect("the dead one's state", try await trial.message(Sample.id(2)).progress.state, is: .dead)
        },
        JournalCheck("a settle or a conclude is kept while nothing can be written, and done when it can again") {
            trial in
            try await trial.write([Sample.accept(1), Sample.start(1), Sample.accept(2)])
            try await trial.storage.breakDisk()
            _ = await trial.refusal(of: [Sample.accept(3)])
            let answers = Answers<String>()
            trial.journal.append([sent]) { answers.add("settle \((try? $0.get()) != nil)") }
            trial.journal.append([Sample.conclude(2, as: .cancelled)]) {
                answers.add("conclude \((try? $0.get()) != nil)")
            }
            _ = await trial.refusal(of: [])
            trial.expect("the answers meanwhile", answers.all, is: [])
            trial.expect("the state meanwhile", try await trial.message(Sample.id(1)).progress.state, is: .sending)
            try await trial.storage.mendDisk()
            trial.expect("the answers", await answers.wait(for: 2), is: ["settle true", "conclude true"])
            trial.expect("the first's state", try await trial.message(Sample.id(1)).progress.state, is: .sent)
            trial.expect("the second's state", try await trial.message(Sample.id(2)).progress.state, is: .cancelled)
        },
        JournalCheck("calls that are kept are done in their order, with all of their writes") { trial in
            try await trial.write((0..<20).flatMap { [Sample.accept($0), Sample.start($0)] })
            try await trial.storage.breakDisk()
            _ = await trial.refusal(of: [Sample.accept(99)])
            let answers = Answers<Int>()
            for number in 0..<20 {
                let next = Sample.start(number, attempt: 2)
                trial.journal.append([Sample.retry(number), next]) { _ in answers.add(number) }
                trial.journal.append([Sample.end(number, attempt: 2)]) { _ in answers.add(number) }
            }
            try await trial.storage.mendDisk()
            trial.expect("the order", await answers.wait(for: 40), is: (0..<40).map { $0 / 2 })
            for number in 0..<20 {
                let message = try await trial.message(Sample.id(number))
                trial.expect("the state of \(number)", message.progress.state, is: .sent)
                trial.expect("the attempts of \(number)", message.attempts.map(\.number), is: [1, 2])
            }
        },
        JournalCheck("a call that is kept holds up none that fails") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.storage.breakDisk()
            let answers = Answers<Bool>()
            trial.journal.append([sent]) { answers.add((try? $0.get()) != nil) }
            trial.expect("whether the next was refused", await trial.refusal(of: [Sample.accept(2)]) != nil)
            trial.expect("the answers meanwhile", answers.all, is: [])
            try await trial.storage.mendDisk()
            trial.expect("the answers", await answers.wait(for: 1), is: [true])
        },
        JournalCheck("a call without writes fails while the journal does") { trial in
            try await trial.storage.breakDisk()
            let error = await trial.refusal(of: [Sample.accept(1)])
            trial.expect("its answer", await trial.refusal(of: []), is: error)
            try await trial.storage.mendDisk()
            trial.expect("its answer afterwards", await trial.refusal(of: []), is: nil)
        },
        JournalCheck("the status says why nothing can be written, what waits, and when it is over") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            let before = trial.journal.status()
            trial.expect("the failure before", before.failure, is: nil)
            trial.expect("the errors before", before.errors, is: 0)
            trial.expect("the writes before", before.writes, is: 2)
            trial.expect("whether commits are counted", before.commits >= 1)
            try await trial.storage.breakDisk()
            let error = await trial.refusal(of: [Sample.accept(2)])
            trial.expect("whether there is an error", error != nil)
            let answers = Answers<Bool>()
            trial.journal.append([sent]) { answers.add((try? $0.get()) != nil) }
            _ = await trial.refusal(of: [])
            trial.expect("the failure", trial.journal.status().failure, is: error)
            trial.expect("whether errors are counted", trial.journal.status().errors >= 1)
            trial.expect("the writes that wait", trial.journal.status().pendingWrites, is: 1)
            try await trial.storage.mendDisk()
            _ = await answers.wait(for: 1)
            try await trial.write([])
            trial.expect("the failure afterwards", trial.journal.status().failure, is: nil)
            trial.expect("the writes that wait afterwards", trial.journal.status().pendingWrites, is: 0)
            trial.expect("the writes afterwards", trial.journal.status().writes, is: 3)
        },
        JournalCheck("it mends itself without being asked to write") { trial in
            try await trial.storage.breakDisk()
            _ = await trial.refusal(of: [Sample.accept(1)])
            try await trial.storage.mendDisk()
            trial.expect("the failure", trial.journal.status().failure, is: nil)
            trial.expect("whether it takes a message", await trial.refusal(of: [Sample.accept(1)]), is: nil)
        },
        JournalCheck("questions are answered while nothing can be written") { trial in
            try await trial.write([.accept(Sample.record(1, key: "k"))])
            try await trial.storage.breakDisk()
            _ = await trial.refusal(of: [Sample.accept(2)])
            trial.expect("the message's state", try await trial.message(Sample.id(1)).progress.state, is: .pending)
            trial.expect(
                "the page",
                try await trial.journal.list(MessageFilter()).messages.map(\.id),
                is: [Sample.id(1)]
            )
            let key = IdempotencyKey(client: "orders", app: "main", key: "k")
            trial.expect(
                "the key's message",
                try await trial.journal.idempotent(key, now: Sample.start)?.id,
                is: Sample.id(1)
            )
        },
        JournalCheck("what was kept when it was killed is lost, and its message in flight as before") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.storage.breakDisk()
            _ = await trial.refusal(of: [Sample.accept(2)])
            trial.journal.append([sent]) { _ in }
            _ = await trial.refusal(of: [])
            try await trial.kill()
            trial.expect("what comes back", try trial.restored().map(\.progress.attemptAt), is: [Sample.start])
            trial.expect("the failure", trial.journal.status().failure, is: nil)
        },
    ]
}
