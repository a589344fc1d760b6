internal import Foundation
internal import Queueing
internal import Synchronization
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// The thread that appends, and whether it still does.
private final class Caller: Sendable {
    private let thread = pthread_self()
    private let isAppending = Mutex(true)

    func hasReturned() {
        isAppending.withLock { $0 = false }
    }

    /// Whether whoever asks runs inside the caller's `append`.
    var isInside: Bool { thread == pthread_self() && isAppending.withLock { $0 } }
}

extension JournalConformance {
    /// Order, fate, and what an answer promises.
    static let writingChecks: [JournalCheck] = [
        JournalCheck("what is answered outlives a kill") { trial in
            try await trial.write([Sample.accept(1), Sample.accept(2)])
            try await trial.write([Sample.start(1)])
            try await trial.kill()
            trial.expect("what comes back", try trial.restored().map(\.id), is: [Sample.id(1), Sample.id(2)])
            let starts = try trial.restored().map(\.progress.attemptAt)
            trial.expect("when each was started", starts, is: [Sample.start, nil])
        },
        JournalCheck("what is answered can be read") { trial in
            for number in 0..<5 {
                try await trial.write([Sample.accept(number)])
                let message = try await trial.journal.message(Sample.id(number))
                trial.expect("whether message \(number) is there", message != nil)
            }
        },
        JournalCheck("the writes of one call are done in their order") { trial in
            let later = Sample.start + .seconds(5)
            try await trial.write([
                Sample.accept(1), Sample.start(1), Sample.retry(1), Sample.start(1, attempt: 2, at: later),
            ])
            let message = try await trial.message(Sample.id(1))
            trial.expect("its state", message.progress.state, is: .sending)
            trial.expect("its attempts", message.attempts.map(\.number), is: [1])
            try await trial.write([Sample.conclude(1, as: .cancelled), .redrive(Sample.id(1), at: later)])
            trial.expect(
                "its state after a redrive",
                try await trial.message(Sample.id(1)).progress.state,
                is: .pending
            )
        },
        JournalCheck("calls are done in the order in which they were handed over") { trial in
            for number in 0..<50 {
                let writes = [
                    Sample.accept(number), Sample.start(number), Sample.retry(number), Sample.start(number, attempt: 2),
                    Sample.end(number, attempt: 2), .redrive(Sample.id(number), at: Sample.start),
                    Sample.conclude(number, as: number % 2 == 0 ? .expired : .cancelled),
                ]
                for write in writes { trial.journal.append([write]) { _ in } }
            }
            try await trial.write([])
            for number in 0..<50 {
                let message = try await trial.message(Sample.id(number))
                trial.expect(
                    "the state of \(number)",
                    message.progress.state,
                    is: number % 2 == 0 ? .expired : .cancelled
                )
                trial.expect("the attempts of \(number)", message.attempts.map(\.number), is: [1, 2])
            }
        },
        JournalCheck("calls of one thread are answered in their order, each once") { trial in
            let answers = Answers<Int>()
            for number in 0..<300 {
                trial.journal.append([Sample.accept(number)]) { _ in answers.add(number) }
            }
            try await trial.write([])
            trial.expect("the order", answers.all, is: Array(0..<300))
            await trial.storage.close()
            trial.expect("the answers after the close", answers.all.count, is: 300)
        },
        JournalCheck("no completion is called inside append") { trial in
            let answers = Answers<Bool>()
            func append(_ number: Int) {
                let caller = Caller()
                trial.journal.append([Sample.accept(number)]) { _ in answers.add(caller.isInside) }
                caller.hasReturned()
            }
            for number in 0..<20 { append(number) }
            trial.expect("those inside", await answers.wait(for: 20).count { $0 }, is: 0)
            await trial.storage.close()
            append(20)
            trial.expect("those inside, after the close", await answers.wait(for: 21).count { $0 }, is: 0)
        },
        JournalCheck("all writes of one call share one fate") { trial in
            try await trial.write([Sample.accept(1)])
            // An id that is there already.
            let refusal = await trial.refusal(of: [
                Sample.accept(2), Sample.start(1), Sample.accept(1), Sample.accept(3),
            ])
            trial.expect("whether it was refused", refusal != nil)
            trial.expect("why no commit succeeds", trial.journal.status().failure, is: nil)
            trial.expect("what was in flight before", try trial.restored().map(\.progress.attemptAt), is: [nil])
            try await trial.reopen()
            trial.expect("what is kept", try trial.restored().map(\.id), is: [Sample.id(1)])
        },
        JournalCheck("a call that can't be written takes none of its neighbours along") { trial in
            try await trial.write([Sample.accept(2)])
            let answers = Answers<Bool>()
            for number in 1...3 {
                trial.journal.append([Sample.accept(number)]) { answers.add((try? $0.get()) != nil) }
            }
            trial.expect("which are taken", await answers.wait(for: 3), is: [true, false, true])
            trial.expect("what is kept", try trial.restored().map(\.id), is: (1...3).map { Sample.id($0) })
        },
        JournalCheck("a call without writes is answered once everything before it is on disk") { trial in
            let answers = Answers<Int>()
            for number in 0..<100 {
                trial.journal.append([Sample.accept(number)]) { _ in answers.add(number) }
            }
            try await trial.write([])
            trial.expect("the answers before it", answers.all, is: Array(0..<100))
            try await trial.kill()
            trial.expect("what is kept", try trial.restored().count, is: 100)
        },
        JournalCheck("what many threads hand over is kept, every call of it") { trial in
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for number in 0..<50 {
                            _ = await trial.refusal(of: [Sample.accept(worker * 100 + number)])
                        }
                    }
                }
            }
            trial.expect("what is kept", try trial.restored().count, is: 400)
            trial.expect("the writes told", trial.journal.status().writes, is: 400)
            trial.expect("the writes that wait", trial.journal.status().pendingWrites, is: 0)
        },
    ]
}
