import Dispatch
import Synchronization
package import WeirPorts

/// A transport that sends nothing: it keeps each request until the test answers it, or answers by a script on a queue of its own.
package final class FakeTransport: Transport {
    package typealias Script = @Sendable (UpstreamRequest) -> Result<UpstreamReply, TransportFailure>?

    private struct State {
        var sent: [SentRequest] = []
        var script: Script?
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "fake transport")

    package init() {}

    /// Requests that the script returns something for are answered by themselves.
    package func answer(by script: @escaping Script) {
        state.withLock { $0.script = script }
    }

    package func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {
        let (result, index, ready) = state.withLock { state in
            let result = state.script?(request)
            state.sent.append(SentRequest(request: request, completion: completion))
            let count = state.sent.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (result, count - 1, ready)
        }
        for watcher in ready { watcher.resume() }
        if let result { queue.async { [self] in complete(index, result) } }
    }

    /// Every request so far.
    package var sent: [SentRequest] { state.withLock { $0.sent } }

    /// How many requests have come.
    package var count: Int { state.withLock { $0.sent.count } }

    /// Every request but those for tokens.
    package var calls: [SentRequest] { sent.filter { !$0.isTokenRequest } }

    package func complete(_ index: Int, _ result: Result<UpstreamReply, TransportFailure>) {
        let completion = state.withLock { state in
            state.sent[index].isAnswered = true
            return state.sent[index].completion
        }
        completion(result)
    }

    /// Answers the oldest request that is not answered, on the calling thread.
    /// - Returns: false when all are.
    @discardableResult
    package func answer(_ result: Result<UpstreamReply, TransportFailure>) -> Bool {
        guard let index = state.withLock({ $0.sent.firstIndex { !$0.isAnswered } }) else { return false }
        complete(index, result)
        return true
    }

    /// Answers with JSON.
    @discardableResult
    package func answer(_ json: String) -> Bool {
        answer(.success(.json(json)))
    }

    /// Returns once `count` requests have come, those for tokens included.
    package func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sent.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns once every scripted answer that is due has been given.
    package func settle() {
        queue.sync {}
    }
}

extension UpstreamReply {
    package static func json(_ text: String, status: Int = 200) -> UpstreamReply {
        UpstreamReply(
            status: status,
            headers: [HeaderField("Content-Type", "application/json; encoding=utf-8")],
            body: Array(text.utf8)
        )
    }

    package static let ok = json("{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":9007199254740993}")

    package static func errcode(_ code: Int) -> UpstreamReply {
        json("{\"errcode\":\(code),\"errmsg\":\"text of \(code) rid: 62bac4fd-3b536b18-3819fb88\"}")
    }

    package static func token(_ value: String, expiresIn: Int = 7200) -> UpstreamReply {
        json("{\"access_token\":\"\(value)\",\"expires_in\":\(expiresIn)}")
    }
}
