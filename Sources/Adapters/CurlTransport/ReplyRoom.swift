import Resilience

/// What one reply takes of the memory that all replies share, and its wait for it.
struct ReplyRoom {
    /// Bodies up to so many bytes take nothing: there are no more of them than exchanges.
    static let exempt = 64 << 10

    private let budget: ByteBudget
    private var hold: ByteHold?
    private var waiter: UInt64?

    init(of budget: ByteBudget) {
        self.budget = budget
    }

    /// Whether the room is there; it is taken once for all of a reply. If not, `granted` gets it, on any thread.
    mutating func take(_ bytes: Int, granted: @escaping @Sendable (ByteHold) -> Void) -> Bool {
        if hold != nil { return true }
        hold = budget.take(bytes)
        if hold != nil { return true }
        waiter = budget.wait(for: bytes, granted: granted)
        return false
    }

    mutating func put(_ hold: ByteHold) {
        waiter = nil
        self.hold = hold
    }

    /// The hold that a whole body of so many bytes takes with it, the rest given back. Where others wait already nothing is
    /// given back before the whole is.
    mutating func settle(_ bytes: Int) -> ByteHold? {
        defer { hold = nil }
        guard bytes > Self.exempt, let hold else { return nil }
        return hold.bytes > bytes ? budget.take(bytes) ?? hold : hold
    }

    /// Takes nothing and waits for nothing any more.
    mutating func leave() {
        if let waiter { budget.cancel(waiter) }
        waiter = nil
        hold = nil
    }
}
