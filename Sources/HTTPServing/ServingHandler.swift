internal import NIOCore
internal import NIOHTTP1

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
    let serve: @Sendable (IncomingRequest) async -> OutgoingReply
    let link: ConnectionLink
    let handle = ConnectionHandle()
    let isLoopback: Bool

    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var isQuiescing = false
    var isInputClosed = false
    var timer = LazyTimer()

    // The present request.
    var isBodyOpen = false
    var body = ByteBuffer()
    var stream: BodyStream?
    var keepsAlive = true
    var isHead = false
    var expectsContinue = false

    // What came too early.
    var backlog = CircularBuffer<HTTPServerRequestPart>()
    var pendingRefusal: Int?
    var isWorkingOffBacklog = false
    var hasSeenPart = false
    var isReadingOn = true
    var hasHeldRead = false

    init(
        limits: ListenerLimits,
        link: ConnectionLink,
        isLoopback: Bool,
        serve: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
    ) {
        self.limits = limits
        self.link = link
        self.isLoopback = isLoopback
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
        handle.hangUp()
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
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
                isReadingOn = stream.append(bytes, unclaimed: limits.unclaimedBodyBytes)
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
            let declared = head.headers.first(name: "content-length").flatMap { Int($0) }
            let stream = BodyStream(received: body, declaredLength: declared, link: link)
            isReadingOn = body.readableBytes < limits.unclaimedBodyBytes
            self.stream = stream
            timer.set(.body, after: limits.bodyTimeout, of: self)
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
        let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.headerBytes else { return refuse(431) }
        // Two ways of framing in one message is how requests are smuggled past a front end.
        if head.headers.contains(name: "transfer-encoding"), head.headers.contains(name: "content-length") {
            return refuse(400)
        }
        // Nobody upgrades here, and the parser stops after a request that asks for it.
        keepsAlive =
            head.version.minor > 0 && head.isKeepAlive && !head.headers.contains(name: "upgrade")
            && head.method != .CONNECT
        expectsContinue = head.version.minor > 0 && head.headers.first(name: "expect")?.lowercased() == "100-continue"
        phase = .gathering(head)
    }

    private func start(_ head: HTTPRequestHead, body: RequestBody) {
        phase = .handling
        self.body = ByteBuffer()
        let request = IncomingRequest(head, body: body, isLoopback: isLoopback, connection: handle)
        let serve = serve
        let link = link
        Task.immediate {
            let reply = await serve(request)
            link.run { $0.answer(reply) }
        }
    }

    /// The handler asks for the rest of the body.
    func bodyWanted() {
        guard case .handling = phase, isBodyOpen, let context else { return }
        if expectsContinue {
            expectsContinue = false
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        resumeReading()
    }
}
