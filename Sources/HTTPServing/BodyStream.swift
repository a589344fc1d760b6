internal import NIOCore
internal import Synchronization

/// A body that arrives while its request is handled: filled on the event loop, awaited by the handler.
final class BodyStream: Sendable {
    private typealias Outcome = Result<[UInt8], BodyError>
    private typealias Waiter = CheckedContinuation<Outcome, Never>

    private enum Progress {
        case open, complete, failed
    }

    private struct State {
        var buffer: ByteBuffer
        var progress = Progress.open
        var limit: Int?
        var isOverLimit = false
        var waiter: Waiter?

        /// What a reader with this limit is to be told now; nil: wait.
        func result(upTo limit: Int) -> Outcome? {
            if isOverLimit || buffer.readableBytes > limit { return .failure(.tooLarge(limit: limit)) }
            switch progress {
            case .open: return nil
            case .complete: return .success(Array(buffer.readableBytesView))
            case .failed: return .failure(.incomplete)
            }
        }
    }

    private let state: Mutex<State>
    private let declaredLength: Int?
    private let link: ConnectionLink

    init(received: ByteBuffer, declaredLength: Int?, link: ConnectionLink) {
        state = Mutex(State(buffer: received))
        self.declaredLength = declaredLength
        self.link = link
    }

    func collect(upTo limit: Int) async throws(BodyError) -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw .tooLarge(limit: limit) }
        let outcome = await withCheckedContinuation { (continuation: Waiter) in
            let known: Outcome? = state.withLock { state in
                if let result = state.result(upTo: limit) { return result }
                guard state.waiter == nil else { return .failure(.incomplete) }
                state.limit = limit
                state.waiter = continuation
                return nil
            }
            if let known {
                continuation.resume(returning: known)
            } else {
                link.run { $0.bodyWanted() }
            }
        }
        return try outcome.get()
    }

    /// Adds what came; answers whether the connection should go on being read.
    func append(_ bytes: ByteBuffer, unclaimed maximum: Int) -> Bool {
        advance { state in
            guard !state.isOverLimit else { return }
            state.buffer.writeImmutableBuffer(bytes)
            if let limit = state.limit, state.buffer.readableBytes > limit { state.isOverLimit = true }
        }
        return state.withLock { !$0.isOverLimit && ($0.limit != nil || $0.buffer.readableBytes < maximum) }
    }

    func finish() {
        advance { if $0.progress == .open { $0.progress = .complete } }
    }

    func fail() {
        advance { if $0.progress == .open { $0.progress = .failed } }
    }

    private func advance(_ change: (inout State) -> Void) {
        let settled: (Waiter, Outcome)? = state.withLock { state in
            change(&state)
            guard let limit = state.limit, let outcome = state.result(upTo: limit) else { return nil }
            return state.waiter.take().map { ($0, outcome) }
        }
        if let (waiter, outcome) = settled { waiter.resume(returning: outcome) }
    }
}
