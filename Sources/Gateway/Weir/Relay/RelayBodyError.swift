/// Why a relayed call's body could not be had.
public enum RelayBodyError: Error, Equatable, Sendable {
    /// It is longer than `limit` bytes.
    case tooLarge(limit: Int)
    /// The caller went away, or was too slow, before the body ended.
    case incomplete
    /// Weir has no memory for it at present.
    case overloaded
}
