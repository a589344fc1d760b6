internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// The journal's end.
    static let closingChecks: [JournalCheck] = [
        JournalCheck("closing answers everything that was handed over, and keeps it") { trial in
            let answers = Answers<Bool>()
            for number in 0..<100 {
                trial.journal.append([Sample.accept(number)]) { answers.add((try? $0.get()) != nil) }
            }
            try await trial.reopen()
            trial.expect("the answers", answers.all, is: Array(repeating: true, count: 100))
            trial.expect("what is kept", try trial.restored().count, is: 100)
        },
        JournalCheck("a closed journal answers everything with closed") { trial in
            try await trial.write([Sample.accept(1)])
            await trial.storage.close()
            let (journal, key) = (trial.journal, IdempotencyKey(client: "orders", app: "main", key: "k"))
            trial.expect("an append", await trial.refusal(of: [Sample.accept(2)]), is: .closed)
            trial.expect("a settle", await trial.refusal(of: [Sample.end(1)]), is: .closed)
            trial.expect("a barrier", await trial.refusal(of: []), is: .closed)
            await trial.expect("restore", throws: .closed) { try trial.restored() }
            await trial.expect("ledger", throws: .closed) { try journal.ledger() }
            await trial.expect("message", throws: .closed) { try await journal.message(Sample.id(1)) }
            await trial.expect("list", throws: .closed) { try await journal.list(MessageFilter()) }
            await trial.expect("tally", throws: .closed) { try await journal.tally(MessageFilter()) }
            await trial.expect("audit", throws: .closed) { try await journal.audit(AuditFilter()) }
            await trial.expect("shred", throws: .closed) { try await journal.shred() }
            await trial.expect("idempotent", throws: .closed) { try await journal.idempotent(key, now: Sample.start) }
            await trial.expect("sweep", throws: .closed) {
                try await journal.sweep(Retention(), now: Sample.start, limit: 1)
            }
        },
        JournalCheck("what is kept for a disk that stays broken is answered with the failure at the close") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            try await trial.storage.breakDisk()
            let error = await trial.refusal(of: [Sample.accept(2)])
            let answers = Answers<JournalError?>()
            trial.journal.append([Sample.end(1)]) { result in
                if case .failure(let error) = result { answers.add(error) } else { answers.add(nil) }
            }
            await trial.storage.close()
            trial.expect("the answers", answers.all, is: [error])
        },
    ]
}
