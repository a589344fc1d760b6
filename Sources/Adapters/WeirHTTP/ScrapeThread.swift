import Dispatch
import Foundation
import Synchronization

/// A thread of its own that renders scrapes: thousands of series take milliseconds, which neither an event loop nor the threads that
/// answer requests can spare.
///
/// What waits for it is bounded by its only caller, the `ScrapeCache`. It ends with this object.
final class ScrapeThread: Sendable {
    private final class Inbox: Sendable {
        private struct State {
            var jobs: [@Sendable () -> Void] = []
            var isClosed = false
        }

        private let state = Mutex(State())
        private let wakeUp = DispatchSemaphore(value: 0)

        func put(_ job: @escaping @Sendable () -> Void) {
            state.withLock { $0.jobs.append(job) }
            wakeUp.signal()
        }

        func close() {
            state.withLock { $0.isClosed = true }
            wakeUp.signal()
        }

        func work() {
            while true {
                wakeUp.wait()
                let (job, isClosed) = state.withLock { state in
                    (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
                }
                if let job {
                    job()
                } else if isClosed {
                    return
                }
            }
        }
    }

    private let inbox = Inbox()

    init() {
        Thread.detachNewThread { [inbox] in inbox.work() }
    }

    deinit {
        inbox.close()
    }

    /// Runs `work` on the thread, after what was handed over before, and returns what it returned.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            inbox.put { continuation.resume(returning: work()) }
        }
    }
}
