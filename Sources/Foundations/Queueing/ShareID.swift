/// Names those who share a lane and priority by weight: usually a client.
public struct ShareID: Hashable, Sendable {
    /// The number that the owner gave.
    public let number: UInt16

    /// - Parameter number: a small number that the owner gives out, from 0 without gaps.
    public init(_ number: UInt16) {
        self.number = number
    }

    /// Where nobody in particular is meant.
    public static let common = ShareID(0)
}
