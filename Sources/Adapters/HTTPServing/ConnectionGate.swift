internal import Logging
internal import NIOCore

/// A listener's open connections, of which there are never more than the maximum: the others wait in the kernel's backlog.
///
/// It stands in the listening socket's pipeline and lives on its event loop alone. That it is full is said once, and once when
/// there is room again: a tenth of the maximum must be free for that, as otherwise each connection at the limit would make
/// two lines.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let name: String
    private let maximum: Int
    private let logger: Logger
    private var connections: [ObjectIdentifier: any Channel] = [:]
    private var isFull = false
    /// It was to be accepted more and there was no room.
    private var hasHeldRead = false
    private var listening: (any Channel)?
    private var ended: EventLoopPromise<Void>?

    init(name: String, maximum: Int, logger: Logger) {
        self.name = name
        self.maximum = max(1, maximum)
        self.logger = logger
    }

    // MARK: Connections

    func handlerAdded(context: ChannelHandlerContext) {
        listening = context.channel
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        opened(connection)
        let bound = context.loopBound
        connection.closeFuture.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            self.closed(connection)
            guard self.hasHeldRead, self.hasRoom else { return }
            self.hasHeldRead = false
            bound.value.read()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if hasRoom { context.read() } else { hasHeldRead = true }
    }

    func channelInactive(context: ChannelHandlerContext) {
        listening = nil
        lookForEnd()
        context.fireChannelInactive()
    }

    private var hasRoom: Bool { connections.count < maximum }

    private func opened(_ connection: any Channel) {
        connections[ObjectIdentifier(connection)] = connection
        guard !isFull, !hasRoom else { return }
        isFull = true
        logger.warning(
            "all connections are in use: new ones wait until others end",
            metadata: ["listener": "\(name)", "connections": "\(maximum)"]
        )
    }

    private func closed(_ connection: any Channel) {
        connections[ObjectIdentifier(connection)] = nil
        lookForEnd()
        guard isFull, connections.count < maximum - maximum / 10 else { return }
        isFull = false
        logger.notice("there is room for new connections again", metadata: ["listener": "\(name)"])
    }

    // MARK: The end

    /// Accepts no more, and has each connection end once it has answered what it was asked.
    func drain() {
        listening?.close(promise: nil)
        for connection in connections.values {
            connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Accepts no more and cuts all connections.
    func cut() {
        listening?.close(promise: nil)
        for connection in connections.values { connection.close(promise: nil) }
    }

    /// When nobody is listened to any more and the last connection has closed. To be asked once.
    func end(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        ended = promise
        lookForEnd()
        return promise.futureResult
    }

    private func lookForEnd() {
        guard listening == nil, connections.isEmpty else { return }
        ended.take()?.succeed()
    }
}
