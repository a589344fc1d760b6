import Synchronization

/// Lets one request at a time through for a key: a concurrent second waits, and then finds what the first one did.
///
/// Those who wait for a key go in one by one in the order in which they came.
package final class KeyedTurns<Key: Hashable & Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var lines: [Key: [Waiter]] = [:]
        var isClosed = false
    }

    /// Requests that wait for one key, unless told otherwise.
    package static var longestLine: Int { 100 }
    /// Requests that wait for any key, shared by their clients.
    static var mostWaiting: Int { 10_000 }

    private let state = Mutex(State())
    private let room = SharedPool(size: mostWaiting)

    private let longest: Int

    /// - Parameter longest: the requests that may wait for one key.
    package init(longest: Int = KeyedTurns.longestLine) {
        self.longest = longest
    }

    /// Returns once no other request holds the key; the caller holds it from then on, until `leave`.
    ///
    /// - Parameter client: whose share of the room it takes while it waits; empty for Weir's own.
    /// - Throws: `overloaded` where too many wait, `shuttingDown` once the gate has closed. The caller holds nothing then.
    package func enter(_ key: Key, for client: String) async throws(MessageRefusal) {
        let isHeld = try state.withLock { state throws(MessageRefusal) in
            if state.isClosed { throw Self.closed }
            guard state.lines[key] == nil else { return false }
            state.lines[key] = []
            return true
        }
        if isHeld { return }
        guard room.take(for: client) else { throw Self.crowded }
        defer { room.giveBack(of: client) }
        var refusal = Self.closed
        let isLetIn = await withCheckedContinuation { (waiter: Waiter) in
            let answer = state.withLock { state -> Bool? in
                if state.isClosed { return false }
                guard let line = state.lines[key] else {
                    state.lines[key] = []
                    return true
                }
                guard line.count < longest else {
                    refusal = Self.crowded
                    return false
                }
                state.lines[key]?.append(waiter)
                return nil
            }
            if let answer { waiter.resume(returning: answer) }
        }
        guard isLetIn else { throw refusal }
    }

    package func leave(_ key: Key) {
        let next = state.withLock { state -> Waiter? in
            guard let line = state.lines[key], !line.isEmpty else {
                state.lines[key] = nil
                return nil
            }
            return state.lines[key]?.removeFirst()
        }
        next?.resume(returning: true)
    }

    /// Nobody goes in any more, and who waits is told so.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            let waiters = state.lines.values.flatMap { $0 }
            for key in state.lines.keys { state.lines[key] = [] }
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: false) }
    }

    private static var crowded: MessageRefusal {
        MessageRefusal(
            .overloaded,
            "too many requests wait for the one before them, under this Idempotency-Key or collapse_key, or all together; "
                + "nothing was accepted",
            retryAfter: .seconds(1)
        )
    }

    private static var closed: MessageRefusal {
        MessageRefusal(
            .shuttingDown,
            "Weir is shutting down; nothing was accepted of this request, which had to wait for one before it",
            retryAfter: .seconds(5)
        )
    }
}
