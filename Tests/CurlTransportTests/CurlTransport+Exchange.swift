import Dispatch
import Synchronization
import WeirPorts

@testable import CurlTransport

extension CurlTransport {
    /// Sends the request and waits for what becomes of it.
    func exchange(_ request: UpstreamRequest) -> Result<UpstreamReply, TransportFailure> {
        exchange([request])[0]
    }

    /// Sends them all at once; results in the requests' order.
    func exchange(_ requests: [UpstreamRequest]) -> [Result<UpstreamReply, TransportFailure>] {
        let collected = Collected(count: requests.count)
        for (index, request) in requests.enumerated() {
            send(request) { collected.put($0, at: index) }
        }
        return collected.wait()
    }
}

/// Results as they arrive, each exactly once.
final class Collected: Sendable {
    typealias Outcome = Result<UpstreamReply, TransportFailure>

    private let outcomes: Mutex<[Outcome?]>
    private let arrivals = DispatchSemaphore(value: 0)
    private let count: Int

    init(count: Int) {
        self.count = count
        outcomes = Mutex(Array(repeating: nil, count: count))
    }

    func put(_ outcome: Outcome, at index: Int) {
        outcomes.withLock {
            $0[index] =
                $0[index] == nil ? outcome : .failure(TransportFailure(.malformed, bytesLeft: false, detail: "twice"))
        }
        arrivals.signal()
    }

    func wait() -> [Outcome] {
        for _ in 0..<count { arrivals.wait() }
        return outcomes.withLock { $0.compactMap { $0 } }
    }
}

extension Result where Success == UpstreamReply, Failure == TransportFailure {
    var reply: UpstreamReply? { try? get() }

    var failure: TransportFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }

    /// Kind and bytesLeft, without the words.
    var verdict: Verdict? { failure.map { Verdict($0.kind, bytesLeft: $0.bytesLeft) } }
}

struct Verdict: Equatable, Sendable {
    let kind: TransportFailure.Kind
    let bytesLeft: Bool

    init(_ kind: TransportFailure.Kind, bytesLeft: Bool) {
        self.kind = kind
        self.bytesLeft = bytesLeft
    }
}
