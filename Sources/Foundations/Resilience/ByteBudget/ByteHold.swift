internal import Synchronization

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
