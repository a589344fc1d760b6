import CCurl
import Resilience
import WeirPorts

/// Takes calls from the inbox, carries them through libcurl and completes them, all on one thread.
final class CurlLoop {
    private let configuration: CurlConfiguration
    private let inbox: CurlInbox
    private let replies: ByteBudget
    private let multi: MultiHandle
    /// All exchanges there are; at most `maxConnections`.
    private var exchanges: [Exchange] = []
    private let sockets = SocketRegistry()
    private let agenda = Agenda()
    private var idle: [Exchange] = []
    private var waiting = WaitingLine()
    private var headerLists = HeaderListCache()
    private var watch = MultiplexWatch()
    private var kept: KeptConnections
    let connections = ConnectionTally()
    /// Calls completed since the inbox was last told.
    private var ended = 0

    init(configuration: CurlConfiguration, inbox: CurlInbox, replies: ByteBudget, multi: MultiHandle) {
        self.configuration = configuration
        self.inbox = inbox
        self.replies = replies
        self.multi = multi
        kept = KeptConnections(most: configuration.maxConnections, at: .now)
        multi.keep(kept.limit)
    }

    /// Makes one more exchange, for later use.
    func addExchange() throws(CurlSetupError) {
        let exchange = try Exchange(
            configuration,
            sockets: sockets,
            inbox: inbox,
            agenda: agenda,
            replies: replies
        )
        exchanges.append(exchange)
        idle.append(exchange)
    }

    /// Runs until the inbox is closed, then cancels what is left.
    func run() {
        var arrived = CurlInbox.Arrivals()
        while take(&arrived, mayWait: !canStart) {
            if arrived.isEmpty, !canStart {
                multi.poll(milliseconds: pollLimit())
                guard take(&arrived, mayWait: false) else { break }
            }
            for call in arrived.calls { lineUp(call) }
            if !arrived.notices.isEmpty { heed(arrived.notices) }
            arrived.removeAll()
            startWaiting()
            multi.perform()
            while let (exchange, code) = multi.nextEnded() {
                end(exchange, code)
            }
            while let exchange = agenda.next() { settle(exchange) }
        }
        cancelAll(arrived.calls)
        multi.close()
    }

    /// Whether an exchange has become free for a call that waits.
    private var canStart: Bool { !waiting.isEmpty && !idle.isEmpty }

    private func take(_ arrived: inout CurlInbox.Arrivals, mayWait: Bool) -> Bool {
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
        if let limit = kept.observe(inUse: exchanges.count - idle.count, at: now) { multi.keep(limit) }
    }

    private func nextIdle() -> Exchange? {
        if idle.isEmpty, exchanges.count < configuration.maxConnections { try? addExchange() }
        return idle.popLast()
    }

    private func start(_ call: Call, on exchange: Exchange, at now: ContinuousClock.Instant) {
        let waited = call.handedOver.duration(to: now)
        // The wait is nearly always a few microseconds, not worth telling libcurl another limit.
        let timeout = waited < .milliseconds(1) ? call.request.timeout : call.request.timeout - waited
        var code = CURLE_OUT_OF_MEMORY
        if let headers = headerLists.list(for: call.request.headers) {
            code = exchange.begin(call, headers: headers, timeout: timeout)
            if code == CURLE_OK { code = multi.attach(exchange.easy) }
        }
        guard code != CURLE_OK else { return }
        exchange.reset()
        idle.append(exchange)
        let kind = FailureEvidence(code: code).kind
        complete(call, .failure(TransportFailure(kind, bytesLeft: false, detail: "libcurl refused the request")))
    }

    private func end(_ exchange: Exchange, _ code: CURLcode) {
        multi.detach(exchange.easy)
        guard let call = exchange.call else { return }
        let result = exchange.result(code)
        tally(exchange, result)
        if configuration.http2 { observeMultiplexed(exchange, call, timedOut: code == CURLE_OPERATION_TIMEDOUT) }
        free(exchange)
        complete(call, result)
    }

    private func tally(_ exchange: Exchange, _ result: Result<UpstreamReply, TransportFailure>) {
        var isRefused = false
        if case .failure(let failure) = result { isRefused = [.resolve, .connect, .tls].contains(failure.kind) }
        connections.ended(
            isRefused: isRefused,
            new: exchange.easy.long(CURLINFO_NUM_CONNECTS),
            hasLeft: exchange.bytesLeft
        )
    }

    /// Makes the exchange ready for another call.
    private func free(_ exchange: Exchange) {
        // libcurl 7.88 may keep what it had in store for a paused reply, and give it out as the next one's.
        let isSpent = exchange.isReplyPaused
        exchange.reset()
        if isSpent { exchanges.removeAll { $0 === exchange } } else { idle.append(exchange) }
    }

    private func complete(_ call: Call, _ result: Result<UpstreamReply, TransportFailure>) {
        ended += 1
        call.request.cancelSignal?.ended()
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

    /// A call whose caller took it back before it came here has left no notice that would still find it.
    private func lineUp(_ call: Call) {
        if call.request.cancelSignal?.isCancelled == true {
            complete(call, .failure(Self.cancelled))
        } else {
            waiting.append(call)
        }
    }

    private func heed(_ notices: [Notice]) {
        var cancelled: Set<UInt64> = []
        for notice in notices {
            switch notice {
            case .cancelled(let number): cancelled.insert(number)
            case .readable(let number):
                guard let exchange = exchange(carrying: number), exchange.isUploadPaused else { continue }
                exchange.isUploadPaused = false
                resume(exchange)
            case .room(let hold, let number):
                guard let exchange = exchange(carrying: number), exchange.isReplyPaused else { continue }
                exchange.room.put(hold)
                exchange.isReplyPaused = false
                resume(exchange)
            }
        }
        if !cancelled.isEmpty { cancel(cancelled) }
    }

    private func cancel(_ numbers: Set<UInt64>) {
        for call in waiting.remove(where: { numbers.contains($0.number) }) {
            complete(call, .failure(Self.cancelled))
        }
        for exchange in exchanges where numbers.contains(exchange.number) {
            exchange.abort = .cancelled
            end(exchange, CURLE_ABORTED_BY_CALLBACK)
        }
    }

    private func resume(_ exchange: Exchange) {
        let code = exchange.resume()
        // What came of a callback in there is told here only.
        if code != CURLE_OK { end(exchange, code) }
    }

    /// An answer came before the request was whole.
    private func settle(_ exchange: Exchange) {
        guard exchange.call != nil else { return }
        if exchange.isAnswered { end(exchange, CURLE_OK) } else { resume(exchange) }
    }

    private func exchange(carrying number: UInt64) -> Exchange? {
        exchanges.first { $0.number == number }
    }

    private static let cancelled = TransportFailure(.cancelled, bytesLeft: false, detail: Abort.cancelled.words)

    private func cancelAll(_ arrived: [Call]) {
        for exchange in exchanges {
            guard let call = exchange.call else { continue }
            let bytesLeft = exchange.bytesLeft
            multi.detach(exchange.easy)
            exchange.reset()
            complete(call, .failure(TransportFailure(.cancelled, bytesLeft: bytesLeft)))
        }
        while let call = waiting.popFirst() {
            complete(call, .failure(Self.cancelled))
        }
        for call in arrived {
            complete(call, .failure(Self.cancelled))
        }
    }
}

/// Exchanges that want something of the loop which libcurl's callbacks must not do themselves.
final class Agenda {
    private var due: [Exchange] = []

    func add(_ exchange: Exchange) {
        due.append(exchange)
    }

    func next() -> Exchange? {
        due.popLast()
    }
}

/// What other threads tell the loop of a call that it has. One that has ended meanwhile is not concerned any more: numbers are
/// not used again.
enum Notice {
    /// The caller takes it back.
    case cancelled(call: UInt64)
    /// Its streamed body has more to read.
    case readable(call: UInt64)
    /// There is memory for its reply.
    case room(ByteHold, call: UInt64)
}

/// A request on its way through the transport. By reference: it passes a line, an exchange and callbacks.
final class Call: Sendable {
    typealias Completion = @Sendable (Result<UpstreamReply, TransportFailure>) -> Void

    /// By which other threads speak of it; never 0.
    let number: UInt64
    let request: UpstreamRequest
    let url: String
    let completion: Completion
    let handedOver: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant

    init(
        number: UInt64,
        request: UpstreamRequest,
        url: String,
        completion: @escaping Completion,
        handedOver: ContinuousClock.Instant
    ) {
        self.number = number
        self.request = request
        self.url = url
        self.completion = completion
        self.handedOver = handedOver
        deadline = handedOver.advanced(by: request.timeout)
    }
}
