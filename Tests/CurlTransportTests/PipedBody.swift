import Dispatch
import Synchronization
import WeirPorts

/// A body that a test fills while it is being sent.
final class PipedBody: StreamedBody {
    private struct State {
        var bytes: [UInt8] = []
        var isFailed = false
        var wake: (@Sendable () -> Void)?
    }

    let length: Int
    /// Signalled at each read that finds nothing, before the reader knows.
    let later = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    init(length: Int) {
        self.length = length
    }

    func put(_ bytes: [UInt8]) {
        change { $0.bytes += bytes }
    }

    func fail() {
        change { $0.isFailed = true }
    }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        state.withLock { state in
            if state.isFailed { return .failed }
            guard !state.bytes.isEmpty else {
                state.wake = wake
                later.signal()
                return .later
            }
            let part = Array(state.bytes.prefix(limit))
            state.bytes.removeFirst(part.count)
            return .bytes(part)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let wake = state.withLock { state in
            body(&state)
            return state.wake.take()
        }
        wake?()
    }
}

/// A body that wakes its reader before it has answered that there is nothing, again and again.
final class HastyBody: StreamedBody {
    let length: Int
    private let reads = Mutex(0)

    init(length: Int) {
        self.length = length
    }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        let number = reads.withLock { count in
            count += 1
            return count
        }
        guard number.isMultiple(of: 2) else {
            wake()
            return .later
        }
        return .bytes([UInt8(truncatingIfNeeded: number / 2)])
    }
}
