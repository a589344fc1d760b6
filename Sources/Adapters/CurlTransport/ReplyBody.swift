import Gzip

/// A reply's body as it arrives, freed of its content coding.
struct ReplyBody: ~Copyable {
    private(set) var bytes: [UInt8] = []
    /// Bytes that came, in whatever coding.
    private(set) var received = 0
    /// Whether `bytes` are other than what came.
    private(set) var isDecoded = false
    private var inflater: Inflater?

    /// Takes memory for so many bytes in one piece.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Takes the next piece; says what stands in the way if the body can't be had.
    mutating func take(
        _ piece: UnsafeRawBufferPointer,
        coding: ReplyFraming.Coding?,
        limit: Int
    ) -> Obstacle? {
        let format = unsafe received == 0 ? piece.first.flatMap { coding?.format(firstByte: $0) } : nil
        received += piece.count
        guard isDecoded || format != nil else {
            guard piece.count <= limit - bytes.count else { return .tooLarge }
            unsafe bytes.append(contentsOf: piece)
            return nil
        }
        do throws(GzipError) {
            if let format {
                isDecoded = true
                inflater = try Inflater(limit: limit, format: format)
            }
            try unsafe inflater?.decompress([UInt8](piece), into: &bytes)
            return nil
        } catch {
            return Self.obstacle(error)
        }
    }

    /// There is no more to come: says so if a coded body is not whole.
    mutating func finish() -> Obstacle? {
        guard let inflater = inflater.take() else { return nil }
        do throws(GzipError) {
            try inflater.finish()
            return nil
        } catch {
            return Self.obstacle(error)
        }
    }

    private static func obstacle(_ error: GzipError) -> Obstacle {
        switch error {
        case .tooLarge: .tooLarge
        case .outOfMemory: .noMemory
        case .invalidLevel, .corrupt, .truncated, .finished, .zlib: .undecodable
        }
    }
}
