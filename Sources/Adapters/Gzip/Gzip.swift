/// Compression of whole bodies in gzip's format (RFC 1952).
///
/// For a body that comes in pieces use ``Deflater`` and ``Inflater``.
public enum Gzip {
    /// The level that weighs speed against size as zlib advises.
    public static let defaultLevel = 6

    /// Compresses the bytes into one gzip member.
    ///
    /// The header carries neither a name nor a time, so equal bytes give equal results.
    ///
    /// - Parameters:
    ///   - bytes: What to compress; may be empty.
    ///   - level: 0 (stored) to 9 (smallest).
    /// - Throws: ``GzipError/invalidLevel(_:)``, ``GzipError/outOfMemory``.
    public static func compress(_ bytes: [UInt8], level: Int = defaultLevel) throws(GzipError) -> [UInt8] {
        var deflater = try Deflater(level: level)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 4 + 64)
        try deflater.compress(bytes, into: &output)
        try deflater.finish(into: &output)
        return output
    }

    /// Decompresses gzip bytes, of one member or several.
    ///
    /// - Parameters:
    ///   - bytes: The whole of what was compressed.
    ///   - limit: How many bytes may come out.
    /// - Throws: ``GzipError/tooLarge(limit:)`` as soon as more would come out, ``GzipError/corrupt``,
    ///   ``GzipError/truncated``, ``GzipError/outOfMemory``.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var inflater = try Inflater(limit: limit)
        var output: [UInt8] = []
        try inflater.decompress(bytes, into: &output)
        try inflater.finish()
        return output
    }
}

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
