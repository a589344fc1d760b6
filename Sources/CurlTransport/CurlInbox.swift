import Synchronization

/// Calls on their way from any thread to the loop's.
final class CurlInbox: Sendable {
    enum Refusal: String, Equatable {
        case closed = "the transport is shut down"
        case full = "too many requests are outstanding"
    }

    private struct State {
        var calls: [Call] = []
        var outstanding = 0
        /// The loop found nothing and waits, or is about to: the next call must wake it, and only that one.
        var isIdle = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let multi: MultiHandle

    init(capacity: Int, multi: MultiHandle) {
        self.capacity = capacity
        self.multi = multi
    }

    func post(_ call: Call) -> Refusal? {
        state.withLock { state in
            guard !state.isClosed else { return .closed }
            guard state.outstanding < capacity else { return .full }
            state.outstanding += 1
            state.calls.append(call)
            wakeIfIdle(&state)
            return nil
        }
    }

    /// No call is taken any more; the loop finishes.
    func close() {
        state.withLock { state in
            state.isClosed = true
            wakeIfIdle(&state)
        }
    }

    /// Moves what arrived into `calls`, which is empty, and says whether the loop goes on.
    ///
    /// - Parameters:
    ///   - ended: How many calls were completed since the last time.
    ///   - mayWait: Whether the loop will wait if nothing arrived.
    func take(into calls: inout [Call], ended: Int, mayWait: Bool) -> Bool {
        state.withLock { state in
            state.outstanding -= ended
            swap(&state.calls, &calls)
            state.isIdle = mayWait && calls.isEmpty
            return !state.isClosed
        }
    }

    /// Under the lock, so that the multi handle is not closed meanwhile.
    private func wakeIfIdle(_ state: inout State) {
        guard state.isIdle else { return }
        state.isIdle = false
        multi.wake()
    }
}
