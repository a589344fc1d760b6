import Synchronization

@testable import Weir

/// Keeps requests until the simulation takes them.
final class WorldTransport: Transport {
    private let requests = Mutex<[SentRequest]>([])

    func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {
        requests.withLock { $0.append(SentRequest(request: request, completion: completion)) }
    }

    func take() -> [SentRequest] {
        requests.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}
