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
