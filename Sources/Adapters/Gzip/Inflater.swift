/// Decompresses bytes that come in pieces up to a limit: gzip of one member or several (RFC 1952, 2.2), or deflate.
///
/// Owns zlib's state, some 70 KB, and frees it when it goes.
public struct Inflater: ~Copyable, Sendable {
    /// How the compressed bytes are framed.
    public enum Format: Sendable {
        /// RFC 1952.
        case gzip
        /// RFC 1950, what HTTP means by `deflate`.
        case zlib
        /// RFC 1951 alone, what some servers take `deflate` for.
        case raw

        var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .zlib: 15
            case .raw: -15
            }
        }
    }

    private let limit: Int
    private var stream: ZStream
    private var produced = 0
    private var isBetweenMembers = false

    /// Starts to read.
    ///
    /// - Parameters:
    ///   - limit: How many bytes may come out in all.
    ///   - format: How the bytes are framed.
    /// - Throws: ``GzipError/outOfMemory``.
    public init(limit: Int, format: Format = .gzip) throws(GzipError) {
        self.limit = max(limit, 0)
        stream = try ZStream(.inflate(format))
    }

    /// Takes a piece and appends what comes out of it.
    ///
    /// - Throws: ``GzipError/tooLarge(limit:)`` as soon as more than the limit would come out, ``GzipError/corrupt``. The
    ///   inflater is of no more use then.
    public mutating func decompress(_ bytes: [UInt8], into output: inout [UInt8]) throws(GzipError) {
        var offset = 0
        while offset < bytes.count {
            if isBetweenMembers {
                try stream.reset()
                isBetweenMembers = false
            }
            let before = output.count
            let progress: ZStream.Progress
            do {
                progress = try stream.pump(bytes, from: offset, room: limit - produced, into: &output)
            } catch .tooLarge {
                throw .tooLarge(limit: limit)
            }
            produced += output.count - before
            isBetweenMembers = progress.isAtEnd
            // Without progress or an end there is nothing that another turn could change.
            guard progress.isAtEnd || progress.consumed > offset else { throw .corrupt }
            offset = progress.consumed
        }
    }

    /// Says that there is no more to come.
    ///
    /// - Throws: ``GzipError/truncated`` if a member is not complete, or none has come.
    public consuming func finish() throws(GzipError) {
        guard isBetweenMembers else { throw .truncated }
    }
}
