internal import Glibc
internal import NIOCore

extension ServingHandler {
    /// The handler's answer to the present request.
    func answer(_ reply: OutgoingReply) {
        guard case .handling = phase, let context else { return }
        handle.clearHangup()
        switch reply.ending {
        case .close: return close()
        case .reset: return reset()
        case .whole, .cut: break
        }
        let isCut = reply.ending != .whole
        let isLast = reply.closesConnection || !keepsAlive || isQuiescing || isBodyOpen || isInputClosed || isCut
        var buffer = context.channel.allocator.buffer(capacity: 256 + reply.body.count)
        ReplyEncoder(isHead: isHead, closes: isLast && !isCut).encode(reply, into: &buffer)
        stream = nil
        if isLast {
            writeLast(buffer, lingers: isBodyOpen || !backlog.isEmpty)
        } else {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            guard context.channel.isWritable else {
                phase = .flushing
                timer.set(.flush, after: limits.bodyTimeout, of: self)
                return
            }
            becomeIdle()
        }
    }

    /// Answers without a handler, then closes: the peer's message can't be read.
    func refuse(_ status: Int) {
        guard let context else { return }
        isReadingOn = true
        var buffer = context.channel.allocator.buffer(capacity: 128)
        ReplyEncoder(isHead: isHead, closes: true).encode(OutgoingReply(status: status), into: &buffer)
        writeLast(buffer, lingers: true)
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
        if case .flushing = phase, context.channel.isWritable { becomeIdle() }
        context.fireChannelWritabilityChanged()
    }

    private func becomeIdle() {
        phase = .idle
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
        if let status = pendingRefusal, case .idle = phase { return refuse(status) }
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

    private func reset() {
        guard let context else { return }
        phase = .closed
        guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        let channel = context.channel
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }

    /// A close with bytes unread makes the kernel reset the connection, which can overtake the answer: so first end only
    /// our half and discard what still comes.
    private func writeLast(_ buffer: ByteBuffer, lingers: Bool) {
        guard let context else { return }
        phase = .lingering
        backlog.removeAll()
        resumeReading()
        timer.set(.flush, after: limits.bodyTimeout, of: self)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            guard lingers, !self.isInputClosed else { return self.close() }
            self.timer.set(.linger, after: self.limits.lingerTimeout, of: self)
            context.close(mode: .output, promise: nil)
        }
    }
}
