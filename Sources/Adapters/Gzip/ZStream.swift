internal import CZlib

/// The one owner of a `z_stream`: sets it up for a framing, pumps bytes through it, and frees it.
///
/// Unchecked, because it holds pointers: nothing else has them, and being `~Copyable` it is in one place at a time.
@safe
struct ZStream: ~Copyable, @unchecked Sendable {
    enum Direction: Equatable {
        case deflate(level: Int32)
        case inflate(Inflater.Format)
    }

    /// What became of a piece of input.
    struct Progress {
        var consumed: Int
        /// Whether the member is complete.
        var isAtEnd: Bool
    }

    private static let chunkSize = 32_768
    /// zlib counts input in 32 bits; a longer piece goes in by several steps.
    private static let maximumStep = 1 << 30

    private let direction: Direction
    private let stream: UnsafeMutablePointer<z_stream>
    private let chunk: UnsafeMutableBufferPointer<UInt8>

    init(_ direction: Direction) throws(GzipError) {
        // zlib keeps the stream's address, so the stream must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code =
            switch direction {
            case .deflate(let level): unsafe czlib_gzip_deflate_init(stream, level)
            case .inflate(let format): unsafe czlib_inflate_init(stream, format.windowBits)
            }
        guard code == Z_OK else {
            unsafe stream.deallocate()
            throw code == Z_MEM_ERROR ? .outOfMemory : .zlib(code: code)
        }
        self.direction = direction
        unsafe self.stream = stream
        unsafe chunk = .allocate(capacity: Self.chunkSize)
    }

    deinit {
        switch direction {
        case .deflate: unsafe deflateEnd(stream)
        case .inflate: unsafe inflateEnd(stream)
        }
        unsafe chunk.deallocate()
        unsafe stream.deallocate()
    }

    /// Puts input in and appends what comes out, until the input is used up or the member ends.
    ///
    /// - Parameters:
    ///   - input: The piece.
    ///   - offset: Where in the piece to begin.
    ///   - isLast: Whether a deflater is to end its member after the piece.
    ///   - room: How many bytes may come out.
    /// - Throws: ``GzipError/tooLarge(limit:)`` with `room` as its limit, or what zlib complains of.
    mutating func pump(
        _ input: [UInt8],
        from offset: Int = 0,
        isLast: Bool = false,
        room: Int = .max,
        into output: inout [UInt8]
    ) throws(GzipError) -> Progress {
        var consumed = offset
        var room = room
        while true {
            let length = min(input.count - consumed, Self.maximumStep)
            let flush = isLast && consumed + length == input.count ? Z_FINISH : Z_NO_FLUSH
            let (code, used, made) = step(input, from: consumed, length: length, flush: flush)
            consumed += used
            guard made <= room else { throw .tooLarge(limit: room) }
            room -= made
            unsafe output.append(contentsOf: chunk[..<made])
            switch code {
            case Z_STREAM_END: return Progress(consumed: consumed, isAtEnd: true)
            // A full chunk may hide more; Z_BUF_ERROR says that there was nothing left to do.
            case Z_OK where consumed < input.count || made == Self.chunkSize || flush == Z_FINISH: continue
            case Z_OK, Z_BUF_ERROR: return Progress(consumed: consumed, isAtEnd: false)
            case Z_DATA_ERROR, Z_NEED_DICT: throw .corrupt
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .zlib(code: code)
            }
        }
    }

    /// Makes an inflater ready for the next member.
    mutating func reset() throws(GzipError) {
        let code = unsafe inflateReset(stream)
        guard code == Z_OK else { throw .zlib(code: code) }
    }

    private func step(
        _ input: [UInt8],
        from offset: Int,
        length: Int,
        flush: Int32
    ) -> (code: Int32, used: Int, made: Int) {
        unsafe input.withUnsafeBufferPointer { bytes in
            // zlib doesn't write to its input, though the type says that it may.
            let start = unsafe bytes.baseAddress.map { unsafe UnsafeMutablePointer(mutating: $0 + offset) }
            unsafe stream.pointee.next_in = start
            unsafe stream.pointee.avail_in = UInt32(length)
            unsafe stream.pointee.next_out = chunk.baseAddress
            unsafe stream.pointee.avail_out = UInt32(Self.chunkSize)
            let code =
                switch direction {
                case .deflate: unsafe deflate(stream, flush)
                case .inflate: unsafe inflate(stream, flush)
                }
            let used = unsafe length - Int(stream.pointee.avail_in)
            let made = unsafe Self.chunkSize - Int(stream.pointee.avail_out)
            unsafe stream.pointee.next_in = nil
            return (code, used, made)
        }
    }
}
