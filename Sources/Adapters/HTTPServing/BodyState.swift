internal import NIOCore
internal import Resilience

/// What has come of a body, who wants it, and what it may take of memory. A value: ``BodyStream`` holds the lock around it.
struct BodyState {
    typealias Outcome = Result<[UInt8], BodyError>
    typealias Waiter = CheckedContinuation<Outcome, Never>

    enum Progress: Equatable {
        case open, complete
        case failed(BodyError)
    }

    enum Use: Equatable {
        case unclaimed
        case collecting(limit: Int)
        case streaming
    }

    /// What is to be done after a change, outside of the lock.
    struct Effects {
        var settled: (Waiter, Outcome)?
        var wake: (@Sendable () -> Void)?
        var cancelled: UInt64?
        var hold: ByteHold?
        var needsHold = false
    }

    private enum Memory {
        case none, waiting(ticket: UInt64?), held(ByteHold)
    }

    /// Bodies up to this many bytes don't draw from the budget: they are the usual ones and never large in sum.
    static let exempt = 64 * 1024

    /// A stream's connection is not read while more than this is buffered; one read may add as much as NIO reads at once.
    static let streamBuffer = 192 * 1024
    /// … and is read again when no more than this is left.
    private static let streamRefill = 128 * 1024

    private(set) var use = Use.unclaimed
    private let declaredLength: Int?
    private let unclaimed: Int
    private let isBudgeted: Bool
    private var progress = Progress.open
    private var pieces = CircularBuffer<ByteBuffer>()
    private var collected: [UInt8] = []
    /// Bytes in `pieces` and `collected`.
    private var buffered = 0
    /// More came than was asked for, and was not kept.
    private var isOverLimit = false
    private var waiter: Waiter?
    private var wake: (@Sendable () -> Void)?
    private var memory = Memory.none
    private var effects = Effects()
    private var hasRead = false
    private var isPaused = false
    private var wasPaused = false
    private var cameInWindow = 0

    init(received: ByteBuffer, declaredLength: Int?, unclaimed: Int, isBudgeted: Bool) {
        self.declaredLength = declaredLength
        self.unclaimed = unclaimed
        self.isBudgeted = isBudgeted
        if received.readableBytes > 0 { pieces.append(received) }
        buffered = received.readableBytes
    }

    mutating func takeEffects() -> Effects {
        if waiter != nil, let outcome { effects.settled = waiter.take().map { ($0, outcome) } }
        defer { effects = Effects() }
        return effects
    }

    // MARK: Arrival

    mutating func append(_ bytes: ByteBuffer) {
        cameInWindow += bytes.readableBytes
        switch use {
        case .collecting(let limit):
            guard progress == .open else { return }
            isOverLimit = isOverLimit || buffered + bytes.readableBytes > limit
            guard !isOverLimit else { return collected = [] }
            buffered += bytes.readableBytes
            collected.append(contentsOf: bytes.readableBytesView)
            effects.needsHold = needsHold
        case .unclaimed, .streaming:
            guard progress == .open else { return }
            buffered += bytes.readableBytes
            pieces.append(bytes)
            effects.wake = wake.take()
        }
    }

    mutating func end(_ end: Progress) {
        guard progress == .open else { return }
        progress = end
        effects.wake = wake.take()
        if case .waiting(let ticket) = memory {
            effects.cancelled = ticket
            memory = .none
        }
    }

    /// Whether the connection should be read on, which it isn't while there is no room or no memory for more.
    mutating func goesOn() -> Bool {
        isPaused =
            switch use {
            case .unclaimed: buffered >= unclaimed
            case .collecting: isOverLimit || needsHold || isWaitingForHold
            case .streaming: buffered >= Self.streamBuffer
            }
        wasPaused = wasPaused || isPaused
        return !isPaused
    }

    /// A peer that was kept from sending, or whose body nobody needs memory for, is never slow.
    mutating func isSlower(than bytes: Int) -> Bool {
        let isJudged =
            switch (use, memory) {
            case (.streaming, _): progress == .open && hasRead && !wasPaused
            case (.collecting, .held): progress == .open && !wasPaused
            default: false
            }
        defer {
            cameInWindow = 0
            wasPaused = isPaused
        }
        return isJudged && cameInWindow < bytes
    }

    mutating func release() {
        if case .held(let hold) = memory { effects.hold = hold }
        end(.failed(.incomplete))
        memory = .none
        pieces.removeAll()
        collected = []
        buffered = 0
    }

    // MARK: Memory

    var isWaitingForHold: Bool {
        if case .waiting = memory { true } else { false }
    }

    private var needsHold: Bool {
        guard isBudgeted, case .none = memory, case .collecting = use, progress == .open else { return false }
        return !isOverLimit && (declaredLength ?? buffered) > Self.exempt
    }

    /// How many bytes to wait for, if it has to be waited.
    mutating func beginWaitingForHold() -> Int? {
        guard needsHold, case .collecting(let limit) = use else { return nil }
        memory = .waiting(ticket: nil)
        return declaredLength ?? limit
    }

    /// Remembers what to take the wait back by; false if it is over.
    mutating func waits(under ticket: UInt64) -> Bool {
        guard isWaitingForHold else { return false }
        memory = .waiting(ticket: ticket)
        return true
    }

    /// Takes the memory; false if it is wanted no more.
    mutating func granted(_ hold: ByteHold) -> Bool {
        guard isWaitingForHold else { return false }
        memory = .held(hold)
        if let declaredLength { collected.reserveCapacity(declaredLength) }
        cameInWindow = 0
        isPaused = false
        wasPaused = true
        return true
    }

    // MARK: Reading whole

    /// What the one who collects is to be told now; nil: wait.
    private var outcome: Outcome? {
        guard case .collecting(let limit) = use else { return nil }
        if isOverLimit || buffered > limit || (declaredLength ?? 0) > limit { return .failure(.tooLarge(limit: limit)) }
        switch progress {
        case .open: return nil
        case .complete: return .success(collected)
        case .failed(let error): return .failure(error)
        }
    }

    /// What is known already; nil: `waiter` will be told.
    mutating func collect(upTo limit: Int, waiter: Waiter) -> Outcome? {
        guard use != .streaming, self.waiter == nil else { return .failure(.incomplete) }
        use = .collecting(limit: limit)
        for piece in pieces { collected.append(contentsOf: piece.readableBytesView) }
        pieces.removeAll()
        if let outcome { return outcome }
        self.waiter = waiter
        return nil
    }

    // MARK: Reading piece by piece

    mutating func claimForStreaming() -> Bool {
        guard use == .unclaimed, declaredLength != nil else { return false }
        use = .streaming
        return true
    }

    /// - Returns: what there is; whether it is the first read, which a peer may wait for; whether there is room again.
    mutating func read(
        upTo limit: Int,
        orWake wake: @escaping @Sendable () -> Void
    ) -> (part: BodyReader.Part, isFirst: Bool, resumes: Bool) {
        let isFirst = !hasRead
        hasRead = true
        // It may have waited for this read until now.
        wasPaused = wasPaused || isFirst
        if case .failed = progress { return (.failed, isFirst, false) }
        guard let piece = pieces.first else {
            if progress == .complete { return (.bytes([]), isFirst, false) }
            self.wake = wake
            return (.later, isFirst, false)
        }
        var rest = piece
        let bytes = rest.readBytes(length: max(0, min(limit, rest.readableBytes))) ?? []
        if rest.readableBytes == 0 { pieces.removeFirst() } else { pieces[pieces.startIndex] = rest }
        buffered -= bytes.count
        let resumes = isPaused && buffered <= Self.streamRefill
        if resumes { isPaused = false }
        return (.bytes(bytes), isFirst, resumes)
    }
}

/// Why a request's body could not be had.
public enum BodyError: Error, Equatable, Sendable {
    /// The body is longer than the `limit` in bytes that the reader allowed. The connection closes after the answer.
    case tooLarge(limit: Int)

    /// The peer went away, broke its own framing or was too slow (``ListenerLimits/bodyTimeout``,
    /// ``ListenerLimits/minimumRate``) before the body ended.
    case incomplete

    /// Other requests' bodies took all the memory there is for bodies until ``ListenerLimits/bodyTimeout`` was over. The
    /// peer did nothing wrong and may come back. The connection closes after the answer.
    case overloaded
}
