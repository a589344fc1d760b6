internal import NIOCore
internal import Resilience
internal import Synchronization

/// A body that arrives while its request is handled: filled on the event loop, awaited whole or read piece by piece.
///
/// Until somebody claims it, only the first bytes are kept and the connection waits. A large body that is wanted whole takes
/// its memory from the budget of all bodies before the connection is read on.
final class BodyStream: Sendable {
    private let state: Mutex<BodyState>
    private let budget: ByteBudget?
    private let link: ConnectionLink?

    init(received: ByteBuffer, declaredLength: Int?, unclaimed: Int, budget: ByteBudget?, link: ConnectionLink?) {
        state = Mutex(
            BodyState(
                received: received,
                declaredLength: declaredLength,
                unclaimed: unclaimed,
                isBudgeted: budget != nil
            )
        )
        self.budget = budget
        self.link = link
    }

    /// A body that is all there.
    convenience init(complete bytes: ByteBuffer) {
        self.init(received: bytes, declaredLength: bytes.readableBytes, unclaimed: .max, budget: nil, link: nil)
        finish()
    }

    // MARK: The event loop's side

    /// Adds what came; answers whether the connection should go on being read.
    func append(_ bytes: ByteBuffer) -> Bool {
        advance { $0.append(bytes) }
        return goesOn()
    }

    /// Whether the connection should go on being read.
    func goesOn() -> Bool {
        state.withLock { $0.goesOn() }
    }

    func finish() {
        advance { $0.end(.complete) }
    }

    func fail() {
        advance { $0.end(.failed(.incomplete)) }
    }

    /// There is no more time for it: the peer's fault, unless it was kept waiting for memory.
    func timeOut() {
        advance { $0.end(.failed($0.isWaitingForHold ? .overloaded : .incomplete)) }
    }

    /// Whether fewer than `bytes` came since the last call although they could have.
    func isSlower(than bytes: Int) -> Bool {
        state.withLock { $0.isSlower(than: bytes) }
    }

    /// Whether somebody takes it piece by piece, and so decides how long it may last.
    var isStreaming: Bool {
        state.withLock { $0.use == .streaming }
    }

    /// Its request has been answered: gives back all memory.
    func release() {
        advance { $0.release() }
    }

    // MARK: The handler's side

    /// Waits for all of it.
    func collect(upTo limit: Int) async throws(BodyError) -> [UInt8] {
        let outcome = await withCheckedContinuation { (continuation: BodyState.Waiter) in
            let known = state.withLock { $0.collect(upTo: limit, waiter: continuation) }
            if let known {
                continuation.resume(returning: known)
            } else {
                wantMore()
            }
        }
        return try outcome.get()
    }

    /// Takes it to be read piece by piece; false if somebody has asked for it before.
    func claimForStreaming() -> Bool {
        state.withLock { $0.claimForStreaming() }
    }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> BodyReader.Part {
        let (part, isFirst, resumes) = state.withLock { $0.read(upTo: limit, orWake: wake) }
        if isFirst {
            wantMore()
        } else if resumes {
            link?.run { $0.bodyDrained(self) }
        }
        return part
    }

    // MARK: Both

    /// Does what a change of state asks for, once the lock is free.
    private func advance(_ change: (inout BodyState) -> Void) {
        var effects = state.withLock { state in
            change(&state)
            return state.takeEffects()
        }
        if let (waiter, outcome) = effects.settled { waiter.resume(returning: outcome) }
        if let ticket = effects.cancelled { budget?.cancel(ticket) }
        effects.wake?()
        effects.hold?.release()
        effects.hold = nil
        if effects.needsHold { wantMore() }
    }

    /// Has the connection read on, once there is memory for what comes.
    private func wantMore() {
        guard let budget, let bytes = state.withLock({ $0.beginWaitingForHold() }) else {
            link?.run { $0.bodyWanted(self) }
            return
        }
        let ticket = budget.wait(for: bytes) { hold in
            guard self.state.withLock({ $0.granted(hold) }) else { return }
            self.link?.run { $0.bodyWanted(self) }
        }
        guard let ticket else { return }
        // It may have ended, or have been granted, between the two calls: then nobody waits under this number, or nobody should.
        let isTooLate = state.withLock { !$0.waits(under: ticket) }
        if isTooLate { budget.cancel(ticket) }
    }
}

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
