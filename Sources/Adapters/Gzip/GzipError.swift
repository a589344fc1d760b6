/// Why bytes were not compressed or decompressed.
public enum GzipError: Error, Equatable, Sendable {
    /// The level is not one of 0 (stored) to 9 (smallest).
    case invalidLevel(Int)

    /// The bytes are not gzip, or were damaged on the way.
    case corrupt

    /// The bytes end before the stream does.
    case truncated

    /// The decompressed bytes would be more than the limit: perhaps a bomb.
    case tooLarge(limit: Int)

    /// The deflater has ended its member already.
    case finished

    /// zlib found no memory.
    case outOfMemory

    /// zlib answered with a code that it should not have.
    case zlib(code: Int32)
}
