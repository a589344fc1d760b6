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
