/// A request's body of known length that is sent on while it still arrives from the caller.
///
/// It can be read once: a request with such a body is never repeated.
public protocol StreamedBody: Sendable {
    /// Bytes in all.
    var length: Int { get }

    /// Hands over what has come, at most `limit` bytes. Called by one thread at a time, where it must not block.
    ///
    /// After `.later`, `wake` is called once, on any thread, as soon as another read would answer something else.
    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart
}

/// What a read of a streamed body brings.
public enum StreamedBodyPart: Equatable, Sendable {
    /// At least one byte.
    case bytes([UInt8])
    /// Nothing has come yet.
    case later
    /// The caller went away before the body was whole, or was too slow.
    case failed
}
