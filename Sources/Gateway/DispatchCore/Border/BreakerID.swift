import Queueing

/// Names a breaker, while it is there.
package struct BreakerID: Place, Hashable, Sendable {
    package let index: Int

    package init(index: Int) {
        self.index = index
    }
}

/// The lanes behind a breaker are two groups of the queue's, of relayed calls and of messages. How these are numbered is known here
/// alone.
extension BreakerID {
    func group(isDurable: Bool) -> GroupID {
        GroupID(index: index * 2 + (isDurable ? 1 : 0))
    }
}

extension GroupID {
    var breaker: BreakerID { BreakerID(index: index / 2) }

    var isDurable: Bool { index % 2 == 1 }
}
