internal import NIOCore

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
