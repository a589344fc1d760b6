internal import Synchronization

/// What became of the transport's need for connections, since it was made. The loop's thread writes it.
public final class ConnectionTally: Sendable {
    private let openedCount = Atomic(0)
    private let failedCount = Atomic(0)
    private let reusedCount = Atomic(0)

    init() {}

    /// Connections that were opened.
    public var opened: Int { openedCount.load(ordering: .relaxed) }
    /// Requests for which none could be had: no name, no connection, no TLS.
    public var failed: Int { failedCount.load(ordering: .relaxed) }
    /// Requests that went out on one that was open already.
    public var reused: Int { reusedCount.load(ordering: .relaxed) }

    /// A request has ended.
    ///
    /// - Parameters:
    ///   - new: connections that were opened for it.
    ///   - hasLeft: whether it was on one.
    func ended(isRefused: Bool, new: Int, hasLeft: Bool) {
        if isRefused {
            failedCount.add(1, ordering: .relaxed)
        } else if new > 0 {
            openedCount.add(new, ordering: .relaxed)
        } else if hasLeft {
            reusedCount.add(1, ordering: .relaxed)
        }
    }
}
