import Addressing
import HTTPServing
import Synchronization

/// The addresses that the demo's listeners got, for whoever waits for them.
final class DemoAddresses: Sendable {
    private struct State {
        var known: [String: HostPort] = [:]
        var waiting: [String: [CheckedContinuation<HostPort, any Error>]] = [:]
        var hasFailed = false
    }

    private let state = Mutex(State())

    func set(_ name: String, _ address: HostPort) {
        let waiting = state.withLock { state in
            state.known[name] = address
            return state.waiting.removeValue(forKey: name) ?? []
        }
        for continuation in waiting { continuation.resume(returning: address) }
    }

    /// No further listener will come: whoever waits for one stops.
    func fail() {
        let waiting = state.withLock { state in
            state.hasFailed = true
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap { $0 }
        }
        for continuation in waiting { continuation.resume(throwing: CancellationError()) }
    }

    /// - Throws: `CancellationError` when the listener will not come.
    func get(_ name: String) async throws -> HostPort {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<HostPort, any Error>? in
                    if let known = state.known[name] { return .success(known) }
                    if state.hasFailed { return .failure(CancellationError()) }
                    state.waiting[name, default: []].append(continuation)
                    return nil
                }
                if let known { continuation.resume(with: known) }
            }
        } onCancel: {
            fail()
        }
    }
}
