package import Queueing

/// Names a gate: what stands between the work of one app's api and the upstream. Another gate's once this one has gone.
package struct GateID: Place, Hashable, Sendable {
    package let index: Int

    package init(index: Int) {
        self.index = index
    }
}

/// One app's api, behind its limiter.
package struct GateName: Equatable, Sendable {
    /// No other gate ever has the same: also an event that comes late is about this one.
    package var number: UInt64
    package var app: String
    /// The api's label.
    package var api: String

    package init(number: UInt64, app: String, api: String) {
        self.number = number
        self.app = app
        self.api = api
    }
}

/// Relayed calls and messages of a gate have a lane each: what blocks the one kind alone (a journal that can't be written) must not stand
/// in the other's way. How lanes are numbered is known here alone.
extension GateID {
    func lane(isDurable: Bool) -> LaneID {
        LaneID(index: index * 2 + (isDurable ? 1 : 0))
    }
}

extension LaneID {
    package var gate: GateID { GateID(index: index / 2) }

    var isDurable: Bool { index % 2 == 1 }
}
