internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix

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
    private let count: ConnectionCount?
    private var connections: [ObjectIdentifier: any Channel] = [:] {
        didSet { count?.set(connections.count) }
    }
    private var isFull = false
    /// It was to be accepted more and there was no room.
    private var hasHeldRead = false
    private var listening: (any Channel)?
    private var ended: EventLoopPromise<Void>?

    init(name: String, maximum: Int, logger: Logger, count: ConnectionCount? = nil) {
        self.name = name
        self.maximum = max(1, maximum)
        self.logger = logger
        self.count = count
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
            metadata: ["listener": "\(name)", "connections": .stringConvertible(maximum)]
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

/// What the kernel knows of a connection.
enum SocketQueue {
    /// Bytes written to the socket that the peer hasn't acknowledged; 0 where the kernel doesn't say.
    ///
    /// The kernel takes megabytes before it asks the writer to wait, so that without this a slow peer looks like a dead one.
    static func unacknowledgedBytes(of channel: any Channel) -> Int {
        let count = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            descriptor -> Int in
            var count: CInt = 0
            // SIOCOUTQ of Linux, which has the number of TIOCOUTQ. It writes to `count`, which outlives the call.
            return unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count.flatMap { $0 } ?? 0
    }
}
