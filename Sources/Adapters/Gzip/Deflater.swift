/// Compresses a body that comes in pieces into one gzip member.
///
/// Owns zlib's state, some 300 KB, and frees it when it goes.
public struct Deflater: ~Copyable, Sendable {
    private var stream: ZStream
    private var isFinished = false

    /// Starts a member.
    ///
    /// - Parameter level: 0 (stored) to 9 (smallest).
    /// - Throws: ``GzipError/invalidLevel(_:)``, ``GzipError/outOfMemory``.
    public init(level: Int = Gzip.defaultLevel) throws(GzipError) {
        guard (0...9).contains(level) else { throw .invalidLevel(level) }
        stream = try ZStream(.deflate(level: Int32(level)))
    }

    /// Takes a piece and appends what has come out so far, which may be nothing yet.
    ///
    /// - Throws: ``GzipError/finished`` after ``finish(into:)``.
    public mutating func compress(_ bytes: [UInt8], into output: inout [UInt8]) throws(GzipError) {
        guard !isFinished else { throw .finished }
        guard !bytes.isEmpty else { return }
        _ = try stream.pump(bytes, into: &output)
    }

    /// Ends the member and appends the rest of it.
    ///
    /// - Throws: ``GzipError/finished`` when called twice.
    public mutating func finish(into output: inout [UInt8]) throws(GzipError) {
        guard !isFinished else { throw .finished }
        isFinished = true
        _ = try stream.pump([], isLast: true, into: &output)
    }
}
