internal import Synchronization

/// How many connections a listener has open, for whoever keeps an eye on it. One listener writes it.
public final class ConnectionCount: Sendable {
    private let count = Atomic(0)

    /// None is open.
    public init() {}

    /// Connections that are open now.
    public var open: Int { count.load(ordering: .relaxed) }

    func set(_ open: Int) {
        count.store(open, ordering: .relaxed)
    }
}
