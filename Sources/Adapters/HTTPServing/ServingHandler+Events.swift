internal import NIOCore
internal import NIOHTTP1

extension ServingHandler {
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            quiesce()
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return close() }
        let refusal = Refusal(error, limits: limits)
        switch phase {
        case .idle, .gathering:
            refuse(refusal)
        case .handling where isBodyOpen:
            stream?.fail()
        case .handling, .flushing:
            pendingRefusal = refusal
        case .lingering, .closed:
            break
        }
    }

    func timedOut(_ wait: LazyTimer.Wait) {
        switch (wait, phase) {
        case (.body, .handling):
            lookAtBody()
        case (.flush, .flushing), (.flush, .lingering):
            lookAtTaking()
        case (.headers, .idle):
            refuse(.headersTooSlow(limits))
        default:
            close()
        }
    }

    /// The server shuts down: idle connections end now, the others with their present answer.
    private func quiesce() {
        isQuiescing = true
        if case .idle = phase { endOnceWritten() }
    }

    /// The peer has sent its FIN, which says only that it sends no more.
    private func inputClosed() {
        isInputClosed = true
        switch phase {
        case .handling where isBodyOpen:
            // The rest of the body can't come any more.
            stream?.fail()
            handle.hangUp()
        case .handling:
            beginAnswer()
        case .idle where reader.isWithinHead:
            refuse(.endedEarly)
        case .idle:
            endOnceWritten()
        case .flushing:
            break
        case .lingering where timer.isSet(.flush):
            break
        case .gathering, .lingering, .closed:
            close()
        }
    }

    /// Finds out whether a peer that sent its FIN has hung up or waits for its answer.
    ///
    /// Both look the same: `close` and `shutdown(SHUT_WR)` send the same FIN. Most clients that give up close their socket; `nc
    /// -N`, some proxies and hand-made clients half-close and wait. They differ in what they do with data: a closed socket
    /// answers it with a reset, which ends the connection here and so tells whoever left an action with
    /// ``ConnectionHandle/onHangup(_:)``. So the first bytes of the answer, which are the same for every answer, are sent at
    /// once. An interim answer (1xx) would do as well, but clients of HTTP/1.0 don't know it.
    ///
    /// What it can't see: a peer that half-closes, takes these bytes and goes later. Then the answer meets the reset.
    private func beginAnswer() {
        guard !isAnswerBegun, let context else { return }
        isAnswerBegun = true
        context.writeAndFlush(wrapOutboundOut(ReplyEncoder.start), promise: nil)
    }
}
