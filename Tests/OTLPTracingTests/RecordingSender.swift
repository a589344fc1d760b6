import OTLPTracing
import Synchronization

/// A collector that answers when a test says so.
final class RecordingSender: OTLPSender {
    struct Call: Sendable {
        var request: OTLPRequest
        var answer: @Sendable (OTLPReply) -> Void
    }

    private let calls: AsyncStream<Call>
    private let continuation: AsyncStream<Call>.Continuation
    private let sent = Atomic<Int>(0)

    init() {
        (calls, continuation) = AsyncStream.makeStream()
    }

    func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void) {
        sent.add(1, ordering: .relaxed)
        continuation.yield(Call(request: request, answer: completion))
    }

    /// Requests so far.
    var count: Int { sent.load(ordering: .relaxed) }

    /// The next request, once there is one.
    func next() async -> Call? {
        await calls.first { _ in true }
    }
}
