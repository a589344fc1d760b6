internal import Synchronization

/// One limit on the bytes that many holders keep in memory together, so that a limit on each of them is also one on all.
///
/// Whoever needs bytes takes all of them at once, before the first is kept: nobody holds a part and waits for the rest, so
/// holders can't block each other for ever. Those who wait are served in the order in which they came.
public final class ByteBudget: Sendable {
    private struct Waiter {
        var id: UInt64
        var bytes: Int
        var granted: @Sendable (ByteHold) -> Void
    }

    private struct State {
        var used = 0
        var waiters: [Waiter] = []
        var lastID: UInt64 = 0
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
        let isTaken = state.withLock { state in
            guard state.waiters.isEmpty, state.used + bytes <= limit else { return false }
            state.used += bytes
            return true
        }
        return isTaken ? ByteHold(bytes, of: self) : nil
    }

    /// Calls `granted` once when `bytes` are free: at once on the caller's thread, or later on the thread of whoever lets go of
    /// them, where it must not block.
    ///
    /// - Returns: what ``cancel(_:)`` takes back by; `nil` when `granted` has been called already.
    public func wait(for bytes: Int, granted: @escaping @Sendable (ByteHold) -> Void) -> UInt64? {
        let bytes = clamped(bytes)
        let id = state.withLock { state -> UInt64? in
            if state.waiters.isEmpty, state.used + bytes <= limit {
                state.used += bytes
                return nil
            }
            state.lastID += 1
            state.waiters.append(Waiter(id: state.lastID, bytes: bytes, granted: granted))
            return state.lastID
        }
        if id == nil { granted(ByteHold(bytes, of: self)) }
        return id
    }

    /// Nobody waits under this number any more.
    ///
    /// - Returns: false when the bytes were granted before: the hold is on its way and must be released.
    @discardableResult
    public func cancel(_ id: UInt64) -> Bool {
        let (wasThere, served) = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return (false, [Waiter]()) }
            state.waiters.remove(at: index)
            return (true, serve(&state))
        }
        grant(served)
        return wasThere
    }

    fileprivate func giveBack(_ bytes: Int) {
        let served = state.withLock { state in
            state.used -= bytes
            return serve(&state)
        }
        grant(served)
    }

    private func serve(_ state: inout State) -> [Waiter] {
        var count = 0
        while count < state.waiters.count, state.used + state.waiters[count].bytes <= limit {
            state.used += state.waiters[count].bytes
            count += 1
        }
        let served = Array(state.waiters.prefix(count))
        state.waiters.removeFirst(count)
        return served
    }

    private func grant(_ waiters: [Waiter]) {
        for waiter in waiters { waiter.granted(ByteHold(waiter.bytes, of: self)) }
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
    public func release() {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        budget.giveBack(bytes)
    }

    deinit {
        release()
    }
}
