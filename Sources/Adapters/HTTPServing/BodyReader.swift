/// A request's body of known length, read piece by piece while it still arrives.
///
/// At most 256 KiB of it are in memory: its connection is read no further until they are taken. It can be read once, by one
/// thread at a time, whichever that is.
public final class BodyReader: Sendable {
    /// What a read brings.
    public enum Part: Equatable, Sendable {
        /// What has come. No bytes at all: that was the last of it.
        case bytes([UInt8])
        /// Nothing has come yet.
        case later
        /// The caller went away before the body was whole, or was too slow.
        case failed
    }

    /// Bytes in all, as the peer declared them.
    public let length: Int
    private let stream: BodyStream

    init(_ stream: BodyStream, length: Int) {
        self.stream = stream
        self.length = length
    }

    /// Hands over what has come, at most `limit` bytes. Never blocks. A peer that waits for `100 Continue` gets it with the
    /// first read.
    ///
    /// After `.later`, `wake` is called once, on any thread, as soon as another read would answer something else.
    public func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> Part {
        stream.read(upTo: limit, orWake: wake)
    }
}
