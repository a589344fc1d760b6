internal import NIOCore
internal import NIOHTTP1
internal import Resilience

/// One connection: gathers each request, starts its handler on the event loop, writes the answer, and watches limits.
///
/// A request whose body came along with its headers is handled in one step, without a hop to another thread unless the
/// handler itself waits for something. Requests that follow early (pipelining) wait for their turn.
final class ServingHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between requests.
        case idle
        /// Headers have come, the handler isn't started.
        case gathering(HTTPRequestHead)
        /// The handler runs; its answer is due.
        case handling
        /// Answered, more isn't read until the peer has taken the answer.
        case flushing
        /// Answered for the last time; whatever comes is discarded.
        case lingering
        case closed
    }

    let limits: ListenerLimits
    let bodyBudget: ByteBudget?
    let serve: @Sendable (IncomingRequest) async -> OutgoingReply
    let reader: RequestReader
    let link: ConnectionLink
    let handle = ConnectionHandle()
    let peer: PeerAddress

    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var isQuiescing = false
    var isInputClosed = false
    var timer = LazyTimer()

    // The present request.
    var isBodyOpen = false
    var body = ByteBuffer()
    var stream: BodyStream?
    var bodyDeadline = NIODeadline.distantFuture
    var keepsAlive = true
    var isHead = false
    var expectsContinue = false

    // The present answer.
    /// Whether its first bytes have been sent to see whether the peer is still there.
    var isAnswerBegun = false
    var rest: UnsentRest?
    var isSendingRest = false
    /// Bytes that the peer hadn't taken when it was last looked at.
    var untaken = 0

    // What came too early.
    var backlog = CircularBuffer<HTTPServerRequestPart>()
    var pendingRefusal: Refusal?
    var isWorkingOffBacklog = false
    var hasSeenPart = false
    var isReadingOn = true
    var hasHeldRead = false

    init(
        limits: ListenerLimits,
        bodyBudget: ByteBudget?,
        reader: RequestReader,
        link: ConnectionLink,
        peer: PeerAddress,
        serve: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
    ) {
        self.limits = limits
        self.bodyBudget = bodyBudget
        self.reader = reader
        self.link = link
        self.peer = peer
        self.serve = serve
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer.set(.firstByte, after: limits.headerTimeout, of: self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        hasEnded()
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded()
        context.fireChannelInactive()
    }

    private func hasEnded() {
        guard context != nil else { return }
        context = nil
        phase = .closed
        backlog.removeAll()
        timer.cancel()
        link.disconnect()
        stream?.fail()
        stream = nil
        rest = nil
        handle.hangUp()
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        reader.saw(part)
        hasSeenPart = true
        switch phase {
        case .lingering, .closed:
            break
        case .handling where !isBodyOpen, .flushing:
            guard backlog.count < limits.maxPipelinedParts else { return close() }
            backlog.append(part)
            isReadingOn = false
        case .idle, .gathering, .handling:
            take(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partsEndForNow()
        hasSeenPart = false
        context.fireChannelReadComplete()
    }

    /// Holds reads back while there is more than can be used: the kernel's buffer and then the peer wait.
    func read(context: ChannelHandlerContext) {
        if isReadingOn {
            context.read()
        } else {
            hasHeldRead = true
        }
    }

    func resumeReading() {
        isReadingOn = true
        guard hasHeldRead else { return }
        hasHeldRead = false
        context?.read()
    }

    func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            begin(head)
        case .body(let bytes):
            if let stream {
                isReadingOn = stream.append(bytes)
            } else if body.readableBytes == 0 {
                body = bytes
            } else {
                body.writeImmutableBuffer(bytes)
            }
        case .end:
            isBodyOpen = false
            if let stream {
                timer.clear()
                stream.finish()
            } else if case .gathering(let head) = phase {
                start(head, body: .complete(body))
            }
        }
    }

    /// The parts at hand are used up: a request that isn't whole is started as it is, for its handler may refuse it.
    func partsEndForNow() {
        switch phase {
        case .gathering(let head):
            let stream = BodyStream(
                received: body,
                declaredLength: head.headers.declaredLength,
                unclaimed: limits.unclaimedBodyBytes,
                budget: bodyBudget,
                link: link
            )
            isReadingOn = stream.goesOn()
            self.stream = stream
            allowBodyTime()
            start(head, body: .arriving(stream))
        case .idle where !hasSeenPart && !timer.isSet(.headers):
            // Bytes came, but no headers yet.
            timer.set(.headers, after: limits.headerTimeout, of: self)
        default:
            break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        timer.clear()
        isHead = head.method == .HEAD
        isBodyOpen = true
        body = ByteBuffer()
        if let refusal = refusal(of: head) { return refuse(refusal) }
        // An `Upgrade` is ignored, as nobody upgrades here: the request is as good as without it (RFC 9110 7.8).
        keepsAlive = head.version.minor > 0 && head.isKeepAlive
        expectsContinue =
            head.version.minor > 0
            && HeaderList.of(head.headers["expect"]).contains { $0.lowercased() == "100-continue" }
        phase = .gathering(head)
    }

    /// What no handler should see.
    private func refusal(of head: HTTPRequestHead) -> Refusal? {
        let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        if size > limits.headerBytes { return .headersTooLong(limits) }
        // What follows a CONNECT is no HTTP, so that the connection has to end.
        if head.method == .CONNECT { return .connect }
        // Two ways of framing in one message, or two hosts, are how requests are smuggled past a front end.
        if head.headers.contains(name: "transfer-encoding"), head.headers.contains(name: "content-length") {
            return .twoFramings
        }
        return head.headers["host"].count > 1 ? .twoHosts : nil
    }

    /// The handler of a request with a longer body goes on in the pool of threads, once it has waited.
    static let shortBody = 64 << 10

    private func start(_ head: HTTPRequestHead, body: RequestBody) {
        phase = .handling
        self.body = ByteBuffer()
        let request = IncomingRequest(head, body: body, peer: peer, connection: handle)
        let serve = serve
        let link = link
        let stream = stream
        // What is short is done where its answer is written. Much to read might be much to think about.
        let isShort = body.length(declared: head) <= ServingHandler.shortBody
        Task.immediate(executorPreference: isShort ? link : nil) {
            let reply = await serve(request)
            // Only now is its body nowhere in use, even if the connection ended before.
            stream?.release()
            link.run { $0.answer(reply) }
        }
    }
}

extension ServingHandler {
    /// The handler asks for the rest of the body.
    func bodyWanted(_ stream: BodyStream) {
        guard stream === self.stream, case .handling = phase, isBodyOpen, let context else { return }
        if expectsContinue {
            expectsContinue = false
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        allowBodyTime()
        resumeReading()
    }

    /// Whoever reads the body has made room for more of it.
    func bodyDrained(_ stream: BodyStream) {
        guard stream === self.stream, case .handling = phase, isBodyOpen else { return }
        resumeReading()
    }

    func allowBodyTime() {
        bodyDeadline = .now() + TimeAmount(limits.bodyTimeout)
        timer.set(.body, after: min(limits.progressInterval, limits.bodyTimeout), of: self)
    }

    /// Time to see whether the body still comes as it should.
    func lookAtBody() {
        guard let stream, isBodyOpen else { return }
        let left = bodyDeadline - .now()
        let isStreaming = stream.isStreaming
        if stream.isSlower(than: limits.minimumProgress) || (left <= .zero && !isStreaming) { return stream.timeOut() }
        timer.set(
            .body,
            after: isStreaming ? limits.progressInterval : min(limits.progressInterval, Duration(left)),
            of: self
        )
    }
}
