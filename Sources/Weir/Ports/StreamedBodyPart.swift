/// What a read of a streamed body brings.
public enum StreamedBodyPart: Equatable, Sendable {
    /// At least one byte.
    case bytes([UInt8])
    /// Nothing has come yet.
    case later
    /// The caller went away before the body was whole, or was too slow.
    case failed
}
