/// Names a lane: the jobs of one app and api, which another lane's limits and breaker never delay.
public struct LaneID: Hashable, Sendable {
    private let number: Int32

    /// - Parameter index: a small number that the owner gives out, from 0 without gaps: the queue keeps an array by it.
    public init(index: Int) {
        number = Int32(index)
    }

    /// The number that the owner gave.
    public var index: Int {
        Int(number)
    }
}
