internal import WeirPorts

/// What waits for the writer, in order. A value: `JournalWriter` keeps it behind its lock.
struct CommitQueue {
    /// What the writer does next.
    enum Work {
        case commit([PendingCall])
        case sweep(SweepRequest)
        /// Empty the log, and tell all of them whether that was done.
        case shred([@Sendable (Bool) -> Void])
        /// Try whether writing works again.
        case probe
        /// Everything is done and no more will come.
        case finish
        case wait
    }

    enum Phase {
        case open, closing, closed
    }

    private let maximumBatch: Int
    let maximumPending: Int
    private var calls: [PendingCall] = []
    private var next = 0
    private var sweeps: [SweepRequest] = []
    private var shreds: [@Sendable (Bool) -> Void] = []
    /// How many calls were handed over before the oldest of `shreds`.
    private var shredPlace = 0
    /// Calls that were ever handed over, and those of them that a commit has taken.
    private var added = 0
    private var taken = 0
    private var isProbeDue = false
    private var isSweepsTurn = false
    private var isWaiting = false
    private(set) var phase = Phase.open
    /// Writes handed over that no commit has taken yet.
    private(set) var pendingWrites = 0

    init(_ configuration: SQLiteJournalConfiguration) {
        maximumBatch = max(1, configuration.maximumBatch)
        maximumPending = max(1, configuration.maximumPendingWrites)
    }

    // Each input returns whether the writer sleeps and must be woken.

    /// Takes a call; beyond the maximum it takes only its place in the order, to be refused when that comes.
    mutating func add(_ call: PendingCall) -> Bool {
        var call = call
        if !call.mustBeKept, pendingWrites + call.writes.count > maximumPending {
            call.writes = []
            call.refusal = .failed("the journal has \(pendingWrites) writes waiting already")
        }
        pendingWrites += call.writes.count
        calls.append(call)
        added += 1
        return wake()
    }

    mutating func add(_ request: SweepRequest) -> Bool {
        sweeps.append(request)
        return wake()
    }

    /// It is done after the calls that wait now, and together with the others that wait then.
    mutating func shred(_ answer: @escaping @Sendable (Bool) -> Void) -> Bool {
        if shreds.isEmpty { shredPlace = added }
        shreds.append(answer)
        return wake()
    }

    mutating func probe() -> Bool {
        isProbeDue = true
        return wake()
    }

    mutating func close() -> Bool {
        if phase == .open { phase = .closing }
        return wake()
    }

    mutating func finish() {
        phase = .closed
    }

    private mutating func wake() -> Bool {
        defer { isWaiting = false }
        return isWaiting
    }

    /// The writer's question. Calls and sweeps take turns, so that neither starves the other.
    mutating func take() -> Work {
        if isProbeDue {
            isProbeDue = false
            return .probe
        }
        if !shreds.isEmpty, taken >= shredPlace {
            defer { shreds = [] }
            return .shred(shreds)
        }
        if !sweeps.isEmpty, isSweepsTurn || next == calls.count {
            isSweepsTurn = false
            return .sweep(sweeps.removeFirst())
        }
        if next < calls.count {
            isSweepsTurn = true
            return .commit(takeBatch())
        }
        if phase != .open { return .finish }
        isWaiting = true
        return .wait
    }

    private mutating func takeBatch() -> [PendingCall] {
        var end = next
        var count = 0
        while end < calls.count, end == next || count + calls[end].writes.count <= maximumBatch {
            count += calls[end].writes.count
            end += 1
        }
        pendingWrites -= count
        taken += end - next
        if next == 0, end == calls.count {
            defer { calls = [] }
            return calls
        }
        // A copy, for a slice would make the next `add` copy everything that waits.
        let batch = Array(calls[next..<end])
        next = end
        if next > calls.count / 2 {
            calls.removeFirst(next)
            next = 0
        }
        return batch
    }
}
