import Gzip
import Resilience

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
    ) -> Abort? {
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
            return Self.abort(error)
        }
    }

    /// There is no more to come: says so if a coded body is not whole.
    mutating func finish() -> Abort? {
        guard let inflater = inflater.take() else { return nil }
        do throws(GzipError) {
            try inflater.finish()
            return nil
        } catch {
            return Self.abort(error)
        }
    }

    private static func abort(_ error: GzipError) -> Abort {
        switch error {
        case .tooLarge: .tooLarge
        case .outOfMemory: .noMemory
        case .invalidLevel, .corrupt, .truncated, .finished, .zlib: .undecodable
        }
    }
}

/// Owns the memory from which libcurl sends a short body: it stays where it is.
@safe
struct BodyBuffer: ~Copyable {
    /// Well below libcurl's limit for sending the body with the head, 64 KiB.
    static let capacity = 8 << 10

    let pointer: UnsafeMutableRawPointer

    init() {
        unsafe pointer = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit {
        unsafe pointer.deallocate()
    }

    /// `bytes` must not be longer than the capacity.
    func fill(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress, source.count <= Self.capacity else { return }
            unsafe pointer.copyMemory(from: start, byteCount: source.count)
        }
    }
}

/// What one reply takes of the memory that all replies share, and its wait for it.
struct ReplyRoom {
    /// Bodies up to so many bytes take nothing: there are no more of them than exchanges.
    static let exempt = 64 << 10

    private let budget: ByteBudget
    private var hold: ByteHold?
    private var waiter: UInt64?

    init(of budget: ByteBudget) {
        self.budget = budget
    }

    /// Whether the room is there; it is taken once for all of a reply. If not, `granted` gets it, on any thread.
    mutating func take(_ bytes: Int, granted: @escaping @Sendable (ByteHold) -> Void) -> Bool {
        if hold != nil { return true }
        hold = budget.take(bytes)
        if hold != nil { return true }
        waiter = budget.wait(for: bytes, granted: granted)
        return false
    }

    mutating func put(_ hold: ByteHold) {
        waiter = nil
        self.hold = hold
    }

    /// The hold that a whole body of so many bytes takes with it, the rest given back. Where others wait already nothing is
    /// given back before the whole is.
    mutating func settle(_ bytes: Int) -> ByteHold? {
        defer { hold = nil }
        guard bytes > Self.exempt, let hold else { return nil }
        return hold.bytes > bytes ? budget.take(bytes) ?? hold : hold
    }

    /// Takes nothing and waits for nothing any more.
    mutating func leave() {
        if let waiter { budget.cancel(waiter) }
        waiter = nil
        hold = nil
    }
}
