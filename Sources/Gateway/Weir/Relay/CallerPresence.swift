import Synchronization

/// Whether the caller of a relayed call is still there.
final class CallerPresence: Sendable {
    private let hasLeft = Atomic(false)

    /// The caller hung up.
    func leave() {
        hasLeft.store(true, ordering: .releasing)
    }

    var isGone: Bool { hasLeft.load(ordering: .acquiring) }
}
