import Synchronization

/// Counts what threads do at the same time.
final class Tally: Sendable {
    private let now = Atomic(0)
    private let most = Atomic(0)
    private let all = Atomic(0)

    func enter() {
        most.max(now.add(1, ordering: .sequentiallyConsistent).newValue, ordering: .sequentiallyConsistent)
        all.add(1, ordering: .sequentiallyConsistent)
    }

    func leave() {
        now.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// The most that were inside at once.
    var peak: Int { most.load(ordering: .sequentiallyConsistent) }
    /// All that ever came in.
    var total: Int { all.load(ordering: .sequentiallyConsistent) }
}
