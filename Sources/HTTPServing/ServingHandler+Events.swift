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
        guard error is HTTPParserError else { return close() }
        let status = (error as? HTTPParserError) == .headerOverflow ? 431 : 400
        switch phase {
        case .idle, .gathering:
            refuse(status)
        case .handling where isBodyOpen:
            stream?.fail()
        case .handling, .flushing:
            pendingRefusal = status
        case .lingering, .closed:
            break
        }
    }

    func timedOut(_ wait: LazyTimer.Wait) {
        switch (wait, phase) {
        case (.body, .handling):
            stream?.fail()
        case (.headers, .idle):
            refuse(408)
        default:
            close()
        }
    }

    /// The server shuts down: idle connections end now, the others with their present answer.
    private func quiesce() {
        isQuiescing = true
        if case .idle = phase { endOnceWritten() }
    }

    private func inputClosed() {
        isInputClosed = true
        switch phase {
        case .handling, .flushing:
            if isBodyOpen { stream?.fail() }
            handle.hangUp()
        case .idle:
            endOnceWritten()
        case .lingering where timer.isSet(.flush):
            break
        case .gathering, .lingering, .closed:
            close()
        }
    }
}
