internal import Logging
internal import NIOCore

/// Stops accepting for a moment when the process or the machine has no descriptor or memory left for a new connection.
///
/// NIO leaves the socket registered as readable then, so that without this the event loop would spin on it. It is said once,
/// and again only after accepting has gone well for a while.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let name: String
    private let logger: Logger
    private let pause: TimeAmount
    private let calm: TimeAmount
    private var lastFailure: NIODeadline?
    private var isPausing = false

    /// - Parameters:
    ///   - pause: until it is tried again.
    ///   - calm: how long nothing must have failed before the shortage counts as over.
    init(name: String, logger: Logger, pause: TimeAmount = .milliseconds(250), calm: TimeAmount = .seconds(10)) {
        self.name = name
        self.logger = logger
        self.pause = pause
        self.calm = calm
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let lastFailure, .now() - lastFailure >= calm {
            self.lastFailure = nil
            logger.notice("connections are accepted again", metadata: ["listener": "\(name)"])
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        if lastFailure == nil {
            logger.warning(
                "connections can't be accepted for now: too few descriptors or too little memory",
                metadata: ["listener": "\(name)", "error": "\(error)"]
            )
        }
        lastFailure = .now()
        guard !isPausing else { return }
        isPausing = true
        setReading(false, context)
        let bound = context.loopBound
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.isPausing = false
            self.setReading(true, bound.value)
        }
    }

    private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }
}
