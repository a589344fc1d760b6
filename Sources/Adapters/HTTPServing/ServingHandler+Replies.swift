internal import NIOCore

extension ServingHandler {
    /// The handler's answer to the present request.
    func answer(_ reply: OutgoingReply) {
        guard case .handling = phase else { return }
        handle.clearHangup()
        if let takesOver = reply.takesOver {
            phase = .closed
            if let context { takesOver(context.channel) }
            return
        }
        // A peer that half-closed behind several requests gets all the answers.
        let isAlone = backlog.isEmpty && pendingRefusal == nil
        let isLast = reply.closesConnection || !keepsAlive || isQuiescing || isBodyOpen || (isInputClosed && isAlone)
        stream = nil
        send(reply, closes: isLast, isLast: isLast, lingers: isBodyOpen || !backlog.isEmpty)
    }

    /// Answers without a handler, then closes: the peer's message can't be read.
    func refuse(_ refusal: Refusal) {
        isReadingOn = true
        send(refusal.reply, closes: true, isLast: true, lingers: true)
    }

    /// Writes head and body in one go, as one write is cheaper than two; of a large body only the first slice.
    private func send(_ reply: OutgoingReply, closes: Bool, isLast: Bool, lingers: Bool) {
        guard let context else { return }
        let encoder = ReplyEncoder(isHead: isHead, closes: closes, isBegun: isAnswerBegun)
        isAnswerBegun = false
        let body = encoder.body(of: reply)
        let first = body.prefix(UnsentRest.sliceBytes)
        var buffer = context.channel.allocator.buffer(capacity: 256 + first.count)
        encoder.writeHead(reply, into: &buffer)
        buffer.writeBytes(first)
        if first.count < body.count {
            rest = UnsentRest(body.dropFirst(first.count), hold: reply.hold, isLast: isLast, lingers: lingers)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            waitUntilTaken()
            sendRest()
        } else if isLast {
            writeLast(buffer, lingers: lingers)
        } else {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            if context.channel.isWritable { becomeIdle() } else { waitUntilTaken() }
        }
    }

    /// Hands on as much as the peer takes. The array and its memory are let go with the last slice.
    private func sendRest() {
        guard var rest, !isSendingRest, let context else { return }
        self.rest = nil
        isSendingRest = true
        while rest.count > 0, context.channel.isWritable {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: rest.nextSlice())), promise: nil)
        }
        isSendingRest = false
        guard self.context != nil else { return }
        if rest.count > 0 {
            self.rest = rest
        } else if rest.isLast {
            writeLast(ByteBuffer(), lingers: rest.lingers)
        } else if context.channel.isWritable {
            becomeIdle()
        }
    }

    /// Closes once earlier answers have left: a close by itself would throw away what the socket hasn't taken yet.
    func endOnceWritten() {
        writeLast(ByteBuffer(), lingers: false)
    }

    func close() {
        phase = .closed
        context?.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .flushing = phase, context.channel.isWritable, !isSendingRest {
            if rest == nil { becomeIdle() } else { sendRest() }
        }
        context.fireChannelWritabilityChanged()
    }

    private func becomeIdle() {
        phase = .idle
        isHead = false
        timer.set(.idle, after: limits.idleTimeout, of: self)
        if backlog.isEmpty, pendingRefusal == nil {
            if isQuiescing || isInputClosed { endOnceWritten() } else { resumeReading() }
        } else {
            workOffBacklog()
        }
    }

    /// Takes up what came while the last request was handled. A loop and not a recursion: a handler may answer at once.
    private func workOffBacklog() {
        guard !isWorkingOffBacklog else { return }
        isWorkingOffBacklog = true
        defer { isWorkingOffBacklog = false }
        while canTakeMore, let part = backlog.popFirst() { take(part) }
        guard backlog.isEmpty else { return }
        if let refusal = pendingRefusal, case .idle = phase { return refuse(refusal) }
        partsEndForNow()
        if canTakeMore { resumeReading() }
    }

    private var canTakeMore: Bool {
        switch phase {
        case .idle, .gathering: true
        case .handling: isBodyOpen
        case .flushing, .lingering, .closed: false
        }
    }

    /// A close with bytes unread makes the kernel reset the connection, which can overtake the answer: so first end only
    /// our half and discard what still comes.
    private func writeLast(_ buffer: ByteBuffer, lingers: Bool) {
        guard let context else { return }
        phase = .lingering
        backlog.removeAll()
        resumeReading()
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        watchTaking()
        written.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            guard lingers, !self.isInputClosed else { return self.close() }
            self.timer.set(.linger, after: self.limits.lingerTimeout, of: self)
            context.close(mode: .output, promise: nil)
        }
    }

    // MARK: Whether the peer takes its answer

    private func waitUntilTaken() {
        phase = .flushing
        watchTaking()
    }

    private func watchTaking() {
        untaken = bytesUntaken
        timer.set(.flush, after: limits.progressInterval, of: self)
    }

    /// A peer that doesn't take its answer keeps memory that others need.
    func lookAtTaking() {
        let before = untaken
        watchTaking()
        if before - untaken < limits.minimumProgress { close() }
    }

    /// Of this answer and those before it: what is in our hands and in the kernel's.
    private var bytesUntaken: Int {
        guard let channel = context?.channel else { return 0 }
        let buffered = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        return (rest?.count ?? 0) + buffered + SocketQueue.unacknowledgedBytes(of: channel)
    }
}

/// Writes an answer as HTTP/1.1 bytes.
struct ReplyEncoder {
    let isHead: Bool
    let closes: Bool

    /// Whether ``start`` has been sent already.
    var isBegun = false

    /// How every answer begins.
    static var start: ByteBuffer { ByteBuffer(string: "HTTP/1.1 ") }

    /// Writes everything before the body.
    func writeHead(_ reply: OutgoingReply, into buffer: inout ByteBuffer) {
        writeStatusLine(reply.status, into: &buffer)
        for (name, value) in reply.headers where Self.isSafe(name: name, value: value.utf8) && !Self.isOwn(name) {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
            buffer.writeStaticString("\r\n")
        }
        for (name, value) in reply.rawHeaders where Self.isSafe(name: name, value: value) && !Self.isOwn(name) {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeBytes(value)
            buffer.writeStaticString("\r\n")
        }
        if Self.hasBody(reply) {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(reply.body.count))
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString(closes ? "Connection: close\r\n\r\n" : "\r\n")
    }

    /// As much of the body as is to be sent.
    func body(of reply: OutgoingReply) -> ArraySlice<UInt8> {
        Self.hasBody(reply) && !isHead ? reply.body[...] : []
    }

    private static func hasBody(_ reply: OutgoingReply) -> Bool {
        reply.status >= 200 && reply.status != 204 && reply.status != 304
    }

    private func writeStatusLine(_ status: Int, into buffer: inout ByteBuffer) {
        if !isBegun { buffer.writeStaticString("HTTP/1.1 ") }
        guard status != 200 else {
            buffer.writeStaticString("200 OK\r\n")
            return
        }
        let code = (100...999).contains(status) ? status : 500
        buffer.writeString(String(code))
        buffer.writeStaticString(" ")
        buffer.writeString(Self.reasons[code] ?? "")
        buffer.writeStaticString("\r\n")
    }

    private static func isSafe(name: String, value: some Sequence<UInt8>) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private static let reasons: [Int: String] = [
        100: "Continue", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
        412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type",
        417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
        428: "Precondition Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
    ]
}
