import CCurl
import Weir

/// Takes calls from the inbox, carries them through libcurl and completes them, all on one thread.
final class CurlLoop {
    private let configuration: CurlConfiguration
    private let inbox: CurlInbox
    private let multi: MultiHandle
    /// All exchanges there are; at most `maxConnections`.
    private var exchanges: [Exchange] = []
    private let sockets = SocketRegistry()
    private var idle: [Exchange] = []
    private var waiting = WaitingLine()
    private var headerLists = HeaderListCache()
    private var watch = MultiplexWatch()
    /// Calls completed since the inbox was last told.
    private var ended = 0

    init(configuration: CurlConfiguration, inbox: CurlInbox, multi: MultiHandle) {
        self.configuration = configuration
        self.inbox = inbox
        self.multi = multi
    }

    /// Makes one more exchange, for later use.
    func addExchange() throws(CurlSetupError) {
        let exchange = try Exchange(configuration, sockets: sockets)
        exchanges.append(exchange)
        idle.append(exchange)
    }

    /// Runs until the inbox is closed, then cancels what is left.
    func run() {
        var arrived: [Call] = []
        while take(&arrived, mayWait: !canStart) {
            if arrived.isEmpty, !canStart {
                multi.poll(milliseconds: pollLimit())
                guard take(&arrived, mayWait: false) else { break }
            }
            for call in arrived { waiting.append(call) }
            arrived.removeAll(keepingCapacity: true)
            startWaiting()
            multi.perform()
            while let (exchange, code) = multi.nextEnded() {
                end(exchange, code)
            }
        }
        cancelAll(arrived)
        multi.close()
    }

    /// Whether an exchange has become free for a call that waits.
    private var canStart: Bool { !waiting.isEmpty && !idle.isEmpty }

    private func take(_ arrived: inout [Call], mayWait: Bool) -> Bool {
        defer { ended = 0 }
        return inbox.take(into: &arrived, ended: ended, mayWait: mayWait)
    }

    private func pollLimit() -> Int32 {
        guard let deadline = waiting.nextDeadline else { return 1000 }
        return Int32(min(1000, ContinuousClock.now.duration(to: deadline).roundedMilliseconds))
    }

    private func startWaiting() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        for call in waiting.removeExpired(at: now) {
            complete(call, .failure(TransportFailure(.shortage, bytesLeft: false, detail: "no connection was free")))
        }
        while !waiting.isEmpty, let exchange = nextIdle(), let call = waiting.popFirst() {
            start(call, on: exchange, at: now)
        }
    }

    private func nextIdle() -> Exchange? {
        if idle.isEmpty, exchanges.count < configuration.maxConnections { try? addExchange() }
        return idle.popLast()
    }

    private func start(_ call: Call, on exchange: Exchange, at now: ContinuousClock.Instant) {
        let waited = call.handedOver.duration(to: now)
        // The wait is nearly always a few microseconds, not worth telling libcurl another limit.
        let timeout = waited < .milliseconds(1) ? call.request.timeout : call.request.timeout - waited
        guard let headers = headerLists.list(for: call.request.headers),
            exchange.begin(call, headers: headers, timeout: timeout),
            multi.attach(exchange.easy)
        else {
            exchange.reset()
            idle.append(exchange)
            complete(
                call,
                .failure(TransportFailure(.invalid, bytesLeft: false, detail: "libcurl refused the request"))
            )
            return
        }
    }

    private func end(_ exchange: Exchange, _ code: CURLcode) {
        multi.detach(exchange.easy)
        guard let call = exchange.call else { return }
        let result = exchange.result(code)
        if configuration.http2 { observeMultiplexed(exchange, call, timedOut: code == CURLE_OPERATION_TIMEDOUT) }
        exchange.reset()
        idle.append(exchange)
        complete(call, result)
    }

    private func complete(_ call: Call, _ result: Result<UpstreamReply, TransportFailure>) {
        ended += 1
        call.completion(result)
    }

    /// Closes an HTTP/2 connection that has gone quiet: libcurl sees the end of the stream and opens another.
    private func observeMultiplexed(_ exchange: Exchange, _ call: Call, timedOut: Bool) {
        guard call.url.hasPrefix("https:"),
            exchange.easy.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0 || timedOut
        else { return }
        let port = exchange.easy.long(CURLINFO_LOCAL_PORT)
        if !timedOut {
            watch.replied(on: port, at: .now)
        } else if exchange.bytesLeft, watch.isDead(port, since: call.handedOver) {
            sockets.shutDown(localPort: port)
        }
    }

    private func cancelAll(_ arrived: [Call]) {
        for exchange in exchanges {
            guard let call = exchange.call else { continue }
            let bytesLeft = exchange.bytesLeft
            multi.detach(exchange.easy)
            exchange.reset()
            complete(call, .failure(TransportFailure(.cancelled, bytesLeft: bytesLeft)))
        }
        while let call = waiting.popFirst() {
            complete(call, .failure(TransportFailure(.cancelled, bytesLeft: false)))
        }
        for call in arrived {
            complete(call, .failure(TransportFailure(.cancelled, bytesLeft: false)))
        }
    }
}
