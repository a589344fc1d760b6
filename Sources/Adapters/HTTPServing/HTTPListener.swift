public import Addressing
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOPosix
public import Resilience
public import ServiceLifecycle

/// An HTTP/1.1 server of one address: hands each request to one function and sends what it returns.
///
/// There is no router or middleware: answers are byte arrays, and a request's body is had whole and limited, or in pieces.
/// On graceful shutdown it stops accepting, ends idle connections, lets requests in flight finish and then returns.
public struct HTTPListener: Service {
    private let name: String
    private let address: HostPort
    private let limits: ListenerLimits
    private let bodyBudget: ByteBudget?
    private let logger: Logger
    private let onBound: @Sendable (HostPort) async -> Void
    private let handler: @Sendable (IncomingRequest) async -> OutgoingReply

    /// - Parameters:
    ///   - name: what the listener is for, as errors say it: `api`.
    ///   - host: a name or an address of this machine.
    ///   - port: 0 for any free one.
    ///   - limits: what it puts up with.
    ///   - bodyBudget: the memory for request bodies that are read whole, which several listeners may share; nil: as much as
    ///     their handlers allow each.
    ///   - logger: for troubles only.
    ///   - onBound: runs once the address is being listened on, with the port that it got.
    ///   - handler: runs for every request, first on the connection's event loop, where it must not block. Where the body is short it
    ///     comes back there after each wait, too: what takes long belongs into
    ///     `withTaskExecutorPreference(globalConcurrentExecutor)`.
    public init(
        name: String,
        host: String,
        port: Int,
        limits: ListenerLimits = ListenerLimits(),
        bodyBudget: ByteBudget? = nil,
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void = { _ in },
        handler: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
    ) {
        self.name = name
        address = HostPort(host: host, port: port)
        self.limits = limits
        self.bodyBudget = bodyBudget
        self.logger = logger
        self.onBound = onBound
        self.handler = handler
    }

    /// Listens until graceful shutdown or cancellation (which cuts requests in flight).
    ///
    /// - Throws: ``ListenerError`` when the address can't be had.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let gate = NIOLoopBoundBox.makeBoxSendingValue(
            ConnectionGate(name: name, maximum: limits.maxConnections, logger: logger),
            eventLoop: loop
        )
        let local = try await bind(loop, connections: group, gate).localAddress
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await onBound(HostPort(host: local?.ipAddress ?? address.host, port: local?.port ?? address.port))
                try? await loop.flatSubmit { gate.value.end(on: loop) }.get()
            } onGracefulShutdown: {
                loop.execute { gate.value.drain() }
            }
        } onCancel: {
            loop.execute { gate.value.cut() }
        }
    }

    private func bind(
        _ loop: any EventLoop,
        connections: any EventLoopGroup,
        _ gate: NIOLoopBoundBox<ConnectionGate>
    ) async throws -> any Channel {
        let setup = ConnectionSetup(limits: limits, bodyBudget: bodyBudget, serve: handler)
        let bootstrap = ServerBootstrap(group: loop, childGroup: connections)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [name, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(AcceptPause(name: name, logger: logger), gate.value)
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(setup.run)
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch let error as IOError {
            throw ListenerError.cannotListen(name: name, address: address, reason: Self.reason(error))
        } catch let error as SocketAddressError {
            throw ListenerError.cannotListen(name: name, address: address, reason: "no such address (\(error))")
        }
    }

    private static func reason(_ error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "address already in use"
        case EADDRNOTAVAIL: "not an address of this machine"
        case EACCES: "permission denied"
        default: "\(error)"
        }
    }
}
