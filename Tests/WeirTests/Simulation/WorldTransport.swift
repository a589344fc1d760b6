import Synchronization

@testable import Dispatching
@testable import Weir

/// Keeps requests until the simulation takes them, and says which are taken back.
final class WorldTransport: Transport {
    struct Departure: Sendable {
        var number: Int
        var request: SentRequest
    }

    private struct State {
        var count = 0
        var departures: [Departure] = []
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {
        let number = state.withLock { state in
            state.count += 1
            state.departures.append(
                Departure(number: state.count, request: SentRequest(request: request, completion: completion))
            )
            return state.count
        }
        request.cancelSignal?.onCancel { [self] in state.withLock { _ = $0.cancelled.insert(number) } }
    }

    /// What has left since this was asked last.
    func take() -> [Departure] {
        state.withLock { state in
            defer { state.departures = [] }
            return state.departures
        }
    }

    /// The numbers of the requests that were taken back since this was asked last.
    func takeCancelled() -> Set<Int> {
        state.withLock { state in
            defer { state.cancelled = [] }
            return state.cancelled
        }
    }
}
