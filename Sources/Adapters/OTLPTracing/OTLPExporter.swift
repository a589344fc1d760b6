internal import Gzip
internal import Synchronization
public import Timekeeping
import WireProtobuf

/// Sends ended spans to a collector in the background. Nothing that adds a span ever waits for it: what can't be kept
/// is dropped and told of.
public final class OTLPExporter: Sendable {
    private struct State {
        var batcher: SpanBatcher
        var random: SplitMix64
        /// When the timer rings, so that most spans need not ask it.
        var alarm: Instant?
        var isFinished = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: OTLPConfiguration
    private let encoder: TraceEncoder
    private let sender: any OTLPSender
    private let time: any TimeSource
    private let report: @Sendable (OTLPReport) -> Void
    private let timer: Mutex<WakeTimer?> = Mutex(nil)
    private let state: Mutex<State>

    /// - Parameters:
    ///   - random: read once for the jitter's seed.
    ///   - report: told what became of each span; called on any thread, and must not wait.
    public init(
        _ configuration: OTLPConfiguration,
        sender: any OTLPSender,
        time: any TimeSource,
        random: some RandomNumberGenerator = SystemRandomNumberGenerator(),
        report: @escaping @Sendable (OTLPReport) -> Void = { _ in }
    ) {
        var random = random
        self.configuration = configuration
        encoder = TraceEncoder(configuration)
        self.sender = sender
        self.time = time
        self.report = report
        state = Mutex(
            State(batcher: SpanBatcher(configuration), random: SplitMix64(seed: random.next()))
        )
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.tick() } }
    }

    /// Sends at once what waits. Returns without waiting for it; a collector that asked for patience gets it.
    public func flush() {
        step { $0.batcher.flush(now: $1) }
    }

    /// Sends what waits and returns when that is done or has taken `shutdownTimeout`. Later spans are dropped.
    public func shutdown() async {
        step { $0.batcher.shutDown(now: $1) }
        await withCheckedContinuation { continuation in
            let isFinished = state.withLock { state in
                if !state.isFinished { state.waiters.append(continuation) }
                return state.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }

    func add(_ span: SpanRecord) {
        step { $0.batcher.add(span, now: $1) }
    }

    private func tick() {
        step { state, now in
            state.alarm = nil
            return state.batcher.tick(now: now)
        }
    }

    private func step(_ event: (inout State, Instant) -> [SpanBatcher.Action]) {
        let now = time.now()
        let (actions, alarm) = state.withLock { state in
            let actions = event(&state, now)
            guard let wake = state.batcher.wake, wake < state.alarm ?? .distantFuture else {
                return (actions, Instant?.none)
            }
            state.alarm = wake
            return (actions, wake)
        }
        if let alarm { timer.withLock { $0 }?.arm(at: alarm) }
        for action in actions { perform(action) }
    }

    private func perform(_ action: SpanBatcher.Action) {
        switch action {
        case .send(let batch):
            // Encoding takes a millisecond or two, which whoever ended the last span shall not pay.
            Task { send(batch) }
        case .report(let news):
            report(news)
        case .finish:
            timer.withLock { $0 }?.stop()
            let waiters = state.withLock { state in
                state.isFinished = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func send(_ batch: SpanBatch) {
        var headers = [(name: "content-type", value: "application/x-protobuf")]
        var body = encoder.encode(batch.spans)
        if configuration.compression == .gzip, body.count >= OTLPConfiguration.compressedFrom,
            let packed = try? Gzip.compress(body, level: 1)
        {
            body = packed
            headers.append((name: "content-encoding", value: "gzip"))
        }
        headers += configuration.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let request = OTLPRequest(
            url: configuration.url,
            headers: headers,
            body: body,
            timeout: configuration.requestTimeout
        )
        sender.send(request) { [self] reply in
            step { $0.batcher.receive(reply, to: batch.number, now: $1, random: &$0.random) }
        }
    }
}

/// What became of a request.
public enum OTLPReply: Equatable, Sendable {
    /// The collector answered. `retryAfter` is its `Retry-After` in seconds, if it sent one; of the body the first
    /// 64 KiB are enough.
    case answered(status: Int, retryAfter: Duration?, body: [UInt8])
    /// No answer: no connection, a broken one, or no time left.
    case failed
}

/// One `POST` to a collector.
public struct OTLPRequest: Sendable {
    /// The whole address with scheme, host, port and path.
    public var url: String
    /// To be sent as they are; names in lower case. Some values may be secrets.
    public var headers: [(name: String, value: String)]
    /// An `ExportTraceServiceRequest` in protobuf, packed as the headers say.
    public var body: [UInt8]
    /// After which the sender gives up and tells `.failed`.
    public var timeout: Duration

    /// Checks nothing. The exporter makes all requests; a sender's tests may make their own.
    public init(url: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// The way to a collector.
public protocol OTLPSender: Sendable {
    /// Sends one request and returns at once. There is at most one under way.
    ///
    /// - Parameter completion: called once, on any thread, not later than the request's timeout. The exporter waits for
    ///   it before it sends the next batch.
    func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void)
}

/// What became of spans that were to be exported. Each is told of once.
public enum OTLPReport: Equatable, Sendable {
    /// Why spans were lost.
    public enum Reason: String, CaseIterable, Sendable {
        /// They came faster than the collector took them.
        case queueFull = "queue_full"
        /// The collector answered with a status that no repetition mends.
        case refused
        /// The collector took the batch but for these.
        case rejected
        /// The collector could not be reached, or was too busy, for too long.
        case unreachable
        /// The process ended first.
        case shutdown
    }

    case exported(Int)
    case dropped(Int, Reason)
}

/// How many spans a collector says that it did not take, in the body of an answer of success.
enum PartialSuccess {
    /// Of `ExportTraceServiceResponse.partial_success.rejected_spans`; 0 if the body is no such message.
    static func rejectedSpans(in body: [UInt8]) -> Int {
        var reader = ProtobufReader(body[...])
        var rejected = 0
        while let (field, value) = reader.next() {
            guard field == 1, case .bytes(let message) = value else { continue }
            var inner = ProtobufReader(message)
            while let (field, value) = inner.next() {
                if field == 1, case .varint(let number) = value { rejected = Int(clamping: Int64(bitPattern: number)) }
            }
        }
        return max(rejected, 0)
    }
}
