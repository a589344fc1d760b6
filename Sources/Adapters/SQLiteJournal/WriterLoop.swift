internal import Timekeeping
internal import WeirPorts

/// What the writer's thread does, and what it alone knows.
///
/// While one commit syncs, the next batch gathers: nothing is delayed on purpose. When a commit fails, calls that only
/// accept, start, redrive, receive, match, remember, forget, suppress, lift, shed or deliver are told so and nothing of them is kept;
/// until writing works again later ones are refused at once. Calls that settle or conclude something are kept, in their order, and
/// tried again with each probe: they are as many as messages and deliveries are in flight. So no message that was accepted loses what
/// became of it, and no order is upset.
struct WriterLoop {
    private let writer: JournalWriter
    private var memory: WriterMemory?
    private var sweeper = Sweeper()
    /// Why the last commit failed.
    private var failure: JournalError?
    /// What must still be written.
    private var kept: [PendingCall] = []

    init(_ writer: JournalWriter) {
        self.writer = writer
    }

    mutating func run() {
        while true {
            switch writer.nextWork() {
            case .commit(let calls): handle(calls)
            case .sweep(let request): sweep(request)
            case .shred(let answers): shred(answers)
            case .probe: probe()
            case .wait: continue
            case .finish:
                finish()
                return
            }
        }
    }

    // MARK: - Commits

    private mutating func handle(_ calls: [PendingCall]) {
        if let failure {
            for call in calls { giveUp(call, failure) }
            return
        }
        let isRefused = calls.contains { $0.refusal != nil }
        commit(isRefused ? calls.filter { $0.refusal == nil } : calls)
        guard isRefused else { return }
        for call in calls {
            if let refusal = call.refusal { call.completion(.failure(refusal)) }
        }
    }

    /// Commits `calls` together and answers them, or deals with the failure.
    private mutating func commit(_ calls: [PendingCall]) {
        guard !calls.isEmpty else { return }
        switch execute(calls) {
        case .success(let receipts):
            for (call, receipt) in zip(calls, receipts) { call.completion(.success(receipt)) }
        case .failure(let problem) where problem.isTheWritesFault:
            commitOneByOne(calls, problem)
        case .failure(let problem):
            fail(problem)
            for call in calls { giveUp(call, problem.journalError(in: writer.folder.path)) }
        }
    }

    /// One call that can't be written must not take its neighbours along.
    private mutating func commitOneByOne(_ calls: [PendingCall], _ problem: SQLiteFailure) {
        guard calls.count > 1 else {
            for call in calls { call.completion(.failure(problem.journalError(in: writer.folder.path))) }
            return
        }
        for call in calls {
            if let failure { giveUp(call, failure) } else { commit([call]) }
        }
    }

    private mutating func giveUp(_ call: PendingCall, _ error: JournalError) {
        if call.mustBeKept, call.refusal == nil {
            kept.append(call)
            // Before the next is answered, who may ask at once how many wait.
            noteKept()
        } else {
            call.completion(.failure(call.refusal ?? error))
        }
    }

    private mutating func execute(_ calls: [PendingCall]) -> Result<[JournalReceipt], SQLiteFailure> {
        let start = writer.timeSource.now()
        var added: [WaitingDelivery] = []
        let result = transaction { (database, memory) throws(SQLiteFailure) in
            let done = try BatchWriter.execute(calls, in: database, memory)
            (memory, added) = (done.memory, done.added)
            return done.receipts
        }
        var report = CommitReport(
            writes: calls.reduce(0) { $0 + $1.writes.count },
            calls: calls.count,
            took: writer.timeSource.now() - start
        )
        if case .failure(let problem) = result {
            // A write that can't be written says nothing about the disk.
            guard !problem.isTheWritesFault else { return result }
            report.failure = problem.journalError(in: writer.folder.path)
        }
        writer.note(report)
        if case .success = result { writer.note(added) }
        return result
    }

    /// Runs `body` in one transaction; nothing of it stays when it or the commit fails.
    private mutating func transaction<Success>(
        _ body: (Database, inout WriterMemory) throws(SQLiteFailure) -> Success
    ) -> Result<Success, SQLiteFailure> {
        var memory = memory
        let result: Result<Success, SQLiteFailure> = writer.database.access { database in
            do throws(SQLiteFailure) {
                let success = try database.write { (database) throws(SQLiteFailure) -> Success in
                    var known: WriterMemory
                    if let memory { known = memory } else { known = try WriterMemory(database) }
                    let success = try body(database, &known)
                    memory = known
                    return success
                }
                return .success(success)
            } catch {
                return .failure(error)
            }
        }
        if case .success = result { self.memory = memory }
        return result
    }

    // MARK: - Failure and recovery

    private mutating func fail(_ problem: SQLiteFailure) {
        failure = problem.journalError(in: writer.folder.path)
        writer.scheduleProbe()
    }

    private func noteKept() {
        writer.note(keptWrites: kept.reduce(0) { $0 + $1.writes.count })
    }

    private mutating func probe() {
        guard failure != nil else { return }
        // What can be moved out of the log makes room in it.
        writer.database.access { $0.checkpoint(truncating: false) }
        let now = writer.timeSource.timestamp().milliseconds
        let start = writer.timeSource.now()
        let result = transaction { (database, _) throws(SQLiteFailure) in
            let statement = try PreparedStatement(database, "INSERT OR REPLACE INTO probes (id, at) VALUES (1, ?1)")
            statement.bind(now, at: 1)
            try statement.run()
        }
        var report = CommitReport(writes: 0, calls: 0, took: writer.timeSource.now() - start)
        if case .failure(let problem) = result {
            report.failure = problem.journalError(in: writer.folder.path)
            fail(problem)
            writer.note(report)
            return
        }
        retryKept()
        if failure == nil { writer.note(report) }
    }

    /// Writes what was kept, oldest first. If that fails too, what is left stays kept.
    private mutating func retryKept() {
        failure = nil
        var calls = kept[...]
        kept = []
        while failure == nil, !calls.isEmpty {
            var writes = 0
            let end = calls.firstIndex { call in
                writes += call.writes.count
                return writes > writer.configuration.maximumBatch
            }
            let batch = calls[..<max(end ?? calls.endIndex, calls.startIndex + 1)]
            calls = calls[batch.endIndex...]
            commit(Array(batch))
        }
        kept += calls
        noteKept()
    }

    // MARK: - The rest

    private mutating func sweep(_ request: SweepRequest) {
        var sweeper = sweeper
        let result = transaction { (database, _) throws(SQLiteFailure) in
            try sweeper.step(database, request.retention, now: request.now, limit: request.limit)
        }
        if case .success = result { self.sweeper = sweeper }
        request.completion(result.mapError { $0.journalError(in: writer.folder.path) })
    }

    /// One try for all who wait for it. While somebody reads an older state it fails at once: the next commits must not wait for that.
    private func shred(_ answers: [@Sendable (Bool) -> Void]) {
        let isDone = writer.database.access { $0.emptyLog() }
        for answer in answers { answer(isDone) }
    }

    /// Nothing more will come: a last try for what was kept, then the log goes into the database and the file is closed.
    private mutating func finish() {
        if failure != nil { retryKept() }
        for call in kept { call.completion(.failure(failure ?? .closed)) }
        kept = []
        noteKept()
        writer.lists.close()
        writer.readers.close()
        writer.database.access { $0.checkpoint(truncating: true) }
        writer.database.close()
        writer.finish(isWhole: failure == nil)
    }
}

/// One call to `append` on its way to a commit.
struct PendingCall: Sendable {
    var writes: [JournalWrite]
    /// Set where it was refused at once; it only waits for its turn to be told so.
    var refusal: JournalError?
    var completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void

    /// Whether it says what became of a message that had been accepted. Such a call is never given up because the disk is
    /// full: were it lost, a restart would take the message for interrupted and might send it again.
    let mustBeKept: Bool

    init(
        writes: [JournalWrite],
        refusal: JournalError? = nil,
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        self.writes = writes
        self.refusal = refusal
        self.completion = completion
        mustBeKept = writes.contains { write in
            switch write {
            case .settle, .conclude, .settleDelivery, .audit: true
            case .accept, .start, .collapse, .redrive, .receive, .match, .remember, .forget, .suppress, .lift, .shed,
                .count, .deliver, .erase:
                false
            }
        }
    }
}

/// A step of clearing away that waits for the writer.
struct SweepRequest: Sendable {
    var retention: Retention
    var now: Timestamp
    var limit: Int
    var completion: @Sendable (Result<Bool, JournalError>) -> Void
}
