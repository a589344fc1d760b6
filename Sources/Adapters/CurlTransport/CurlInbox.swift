import Synchronization

/// Calls, and notices about them, on their way from any thread to the loop's.
final class CurlInbox: Sendable {
    enum Refusal: String, Equatable {
        case closed = "the transport is shut down"
        case full = "too many requests are outstanding"
    }

    /// What came since the loop looked last.
    struct Arrivals {
        var calls: [Call] = []
        /// At most a few for each call that is outstanding.
        var notices: [Notice] = []

        var isEmpty: Bool { calls.isEmpty && notices.isEmpty }

        mutating func removeAll() {
            calls.removeAll(keepingCapacity: true)
            notices.removeAll(keepingCapacity: true)
        }
    }

    private struct State {
        var arrivals = Arrivals()
        var outstanding = 0
        /// The loop found nothing and waits, or is about to: the next call must wake it, and only that one.
        var isIdle = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lastNumber = Atomic<UInt64>(0)
    private let capacity: Int
    private let multi: MultiHandle

    init(capacity: Int, multi: MultiHandle) {
        self.capacity = capacity
        self.multi = multi
    }

    /// A number that no other call has.
    func nextNumber() -> UInt64 {
        lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func post(_ call: Call) -> Refusal? {
        state.withLock { state in
            guard !state.isClosed else { return .closed }
            guard state.outstanding < capacity else { return .full }
            state.outstanding += 1
            state.arrivals.calls.append(call)
            wakeIfIdle(&state)
            return nil
        }
    }

    /// The memory that a refused notice brings is given back by the caller's letting go of it, when the lock is open again.
    func post(_ notice: Notice) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.arrivals.notices.append(notice)
            wakeIfIdle(&state)
        }
    }

    /// No call is taken any more; the loop finishes.
    func close() {
        state.withLock { state in
            state.isClosed = true
            wakeIfIdle(&state)
        }
    }

    /// Moves what arrived into `arrivals`, which is empty, and says whether the loop goes on.
    ///
    /// - Parameters:
    ///   - ended: How many calls were completed since the last time.
    ///   - mayWait: Whether the loop will wait if nothing arrived.
    func take(into arrivals: inout Arrivals, ended: Int, mayWait: Bool) -> Bool {
        state.withLock { state in
            state.outstanding -= ended
            swap(&state.arrivals, &arrivals)
            state.isIdle = mayWait && arrivals.isEmpty
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

/// Calls that wait until an exchange is free, first come, first served. Its length is bounded by the inbox's capacity.
struct WaitingLine {
    private var calls: [Call] = []
    private var head = 0
    /// No call's time is over before this; `nil` when empty.
    private(set) var nextDeadline: ContinuousClock.Instant?

    var isEmpty: Bool { head == calls.count }

    mutating func append(_ call: Call) {
        calls.append(call)
        nextDeadline = nextDeadline.map { min($0, call.deadline) } ?? call.deadline
    }

    mutating func popFirst() -> Call? {
        guard !isEmpty else { return nil }
        let call = calls[head]
        head += 1
        if isEmpty {
            calls.removeAll(keepingCapacity: head <= 1024)
            head = 0
            nextDeadline = nil
        } else if head >= 1024, head * 2 >= calls.count {
            calls.removeFirst(head)
            head = 0
        }
        return call
    }

    /// Takes out the calls whose time is over.
    mutating func removeExpired(at now: ContinuousClock.Instant) -> [Call] {
        guard let nextDeadline, nextDeadline <= now else { return [] }
        return remove { $0.deadline <= now }
    }

    /// Takes out the calls of which `isLeaving` says so.
    mutating func remove(where isLeaving: (Call) -> Bool) -> [Call] {
        let removed = calls[head...].filter(isLeaving)
        guard !removed.isEmpty else { return [] }
        calls = calls[head...].filter { !isLeaving($0) }
        head = 0
        nextDeadline = calls.map(\.deadline).min()
        return removed
    }
}
