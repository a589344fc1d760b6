/// How many jobs there are, by what they wait for.
public struct QueueCounts: Equatable, Sendable {
    public var ready = 0
    public var scheduled = 0
    public var inFlight = 0

    public init(ready: Int = 0, scheduled: Int = 0, inFlight: Int = 0) {
        self.ready = ready
        self.scheduled = scheduled
        self.inFlight = inFlight
    }

    public var waiting: Int { ready + scheduled }

    public var total: Int { waiting + inFlight }

    public static func += (left: inout QueueCounts, right: QueueCounts) {
        left.ready += right.ready
        left.scheduled += right.scheduled
        left.inFlight += right.inFlight
    }
}
