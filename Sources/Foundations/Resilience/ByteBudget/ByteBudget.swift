internal import Synchronization

/// One limit on the bytes that many holders keep in memory together, so that a limit on each of them is also one on all.
///
/// Whoever needs bytes takes all of them at once, before the first is kept: nobody holds a part and waits for the rest, so
/// holders can't block each other for ever. Those who wait are served in the order in which they came, a small need never
/// before a large one that came earlier; no bytes are granted at once. As many wait as their owner lets wait: each connection
/// at most once, say.
public final class ByteBudget: Sendable {
    private struct Waiter {
        var bytes: Int
        var granted: @Sendable (ByteHold) -> Void
    }

    private struct State {
        var used = 0
        /// By number. Numbers are given out in order and the line is served in order, so that each is passed once.
        var waiters: [UInt64: Waiter] = [:]
        /// No lower number waits.
        var next: UInt64 = 1
        var last: UInt64 = 0
        /// Whether a thread is serving the line, or about to look at it again.
        var isServing = false
    }

    /// The most bytes held at once. One holder that needs more than all gets all.
    public let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: in bytes; less than 1 counts as 1.
    public init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Bytes that are held now.
    public var used: Int { state.withLock { $0.used } }

    /// Holders that wait for room.
    public var waiting: Int { state.withLock { $0.waiters.count } }

    /// Takes `bytes` at once; `nil` when they are not free, or when others wait for room already.
    public func take(_ bytes: Int) -> ByteHold? {
        let bytes = clamped(bytes)
        return state.withLock { take(bytes, &$0) } ? ByteHold(bytes, of: self) : nil
    }

    /// Calls `granted` once when `bytes` are free: at once on the caller's thread, or later on the thread of whoever lets go of
    /// them, where it must not block. Later may be before this returns.
    ///
    /// - Returns: what ``cancel(_:)`` takes back by; `nil` when `granted` has been called already.
    public func wait(for bytes: Int, granted: @escaping @Sendable (ByteHold) -> Void) -> UInt64? {
        let bytes = clamped(bytes)
        let number = state.withLock { state -> UInt64? in
            if take(bytes, &state) { return nil }
            state.last += 1
            state.waiters[state.last] = Waiter(bytes: bytes, granted: granted)
            return state.last
        }
        if number == nil { granted(ByteHold(bytes, of: self)) }
        return number
    }

    /// Nobody waits under this number any more.
    ///
    /// - Returns: false when the bytes were granted before: the hold is on its way and must be released.
    @discardableResult
    public func cancel(_ number: UInt64) -> Bool {
        let wasThere = state.withLock { $0.waiters.removeValue(forKey: number) != nil }
        if wasThere { serve() }
        return wasThere
    }

    func giveBack(_ bytes: Int) {
        state.withLock { $0.used -= bytes }
        serve()
    }

    private func take(_ bytes: Int, _ state: inout State) -> Bool {
        if bytes == 0 { return true }
        guard state.waiters.isEmpty, bytes <= limit - state.used else { return false }
        state.used += bytes
        return true
    }

    /// Serves the line as far as there is room. One thread at a time, so that grants keep their order; and in a loop, as a hold
    /// that is let go of inside `granted` would else serve the next from within, as deep as the line is long.
    private func serve() {
        guard state.withLock({ $0.isServing ? false : begin(&$0) }) else { return }
        while let waiter = state.withLock({ nextServed(&$0) }) {
            waiter.granted(ByteHold(waiter.bytes, of: self))
        }
    }

    private func begin(_ state: inout State) -> Bool {
        state.isServing = !state.waiters.isEmpty
        return state.isServing
    }

    /// The head of the line if there is room for it. Without one, the serving is over in the same look at the line.
    private func nextServed(_ state: inout State) -> Waiter? {
        while !state.waiters.isEmpty, state.waiters[state.next] == nil { state.next += 1 }
        guard let head = state.waiters[state.next], head.bytes <= limit - state.used else {
            state.isServing = false
            return nil
        }
        state.waiters[state.next] = nil
        state.next += 1
        state.used += head.bytes
        return head
    }

    private func clamped(_ bytes: Int) -> Int { min(max(0, bytes), limit) }
}

/// Bytes taken from a ``ByteBudget``: given back once, by ``release()`` or when nobody refers to the hold any more.
public final class ByteHold: Sendable {
    /// How many bytes it stands for.
    public let bytes: Int
    private let budget: ByteBudget
    private let isReleased = Atomic(false)

    init(_ bytes: Int, of budget: ByteBudget) {
        self.bytes = bytes
        self.budget = budget
    }

    /// Gives the bytes back. A second call does nothing.
    ///
    /// Those who waited may be told on this thread: hold no lock that they take.
    public func release() {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        budget.giveBack(bytes)
    }

    deinit {
        release()
    }
}
