public import Addressing
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOHTTP1
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
    private let connections: ConnectionCount?
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
    ///   - connections: is told how many are open.
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
        connections: ConnectionCount? = nil,
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void = { _ in },
        handler: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
    ) {
        self.name = name
        address = HostPort(host: host, port: port)
        self.limits = limits
        self.bodyBudget = bodyBudget
        self.connections = connections
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
            ConnectionGate(name: name, maximum: limits.maxConnections, logger: logger, count: connections),
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

/// Why a listener could not start.
public enum ListenerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address could not be listened on: it is in use, not this machine's, or needs a right that the process lacks.
    case cannotListen(name: String, address: HostPort, reason: String)

    /// One line for an operator, such as `api listener: cannot listen on 127.0.0.1:8080: address already in use`.
    public var description: String {
        switch self {
        case .cannotListen(let name, let address, let reason):
            "\(name) listener: cannot listen on \(address): \(reason)"
        }
    }
}

/// What a listener puts up with from its peers.
public struct ListenerLimits: Equatable, Sendable {
    /// Bytes of request target and header fields together; more is answered 431.
    public var headerBytes = 32 * 1024

    /// From the connection, or from a later request's first byte, to complete headers; then 408, or a plain close if
    /// nothing at all came.
    public var headerTimeout: Duration = .seconds(10)

    /// How long a keep-alive connection may stay without a request.
    public var idleTimeout: Duration = .seconds(75)

    /// From complete headers to a complete body, of which the wait for memory may be a part; counted anew once it is had. A
    /// body that is streamed takes as long as its reader lets it.
    public var bodyTimeout: Duration = .seconds(60)

    /// How often it is looked whether a peer that sends a large body or takes an answer is quick enough.
    public var progressInterval: Duration = .seconds(10)

    /// Bytes a second that a peer must send or take at least on average over ``progressInterval``, while memory is kept for
    /// it; then its body counts as incomplete, or its connection closes.
    public var minimumRate = 8 * 1024

    /// How long to go on discarding what a peer still sends after an answer that ends the connection, so that the
    /// answer reaches it before the close does.
    public var lingerTimeout: Duration = .seconds(2)

    /// Connections at once; further ones wait in the kernel's backlog.
    public var maxConnections = 10_000

    /// Message parts of pipelined requests held while an earlier one is handled; more closes the connection.
    public var maxPipelinedParts = 1024

    /// Bytes of a body held before anybody asked for it; then its connection isn't read until somebody does. What one read
    /// brings may pass it by at most 64 KiB.
    public var unclaimedBodyBytes = 16 * 1024

    /// Every limit has the default that is written at it.
    public init() {}

    /// What ``minimumRate`` means for one ``progressInterval``, in bytes.
    var minimumProgress: Int {
        let (seconds, attoseconds) = progressInterval.components
        return max(1, Int(Double(minimumRate) * (Double(seconds) + Double(attoseconds) / 1e18)))
    }
}

/// Sets up each accepted connection: NIO's HTTP/1.1 parser in our reader, and our handler, nothing between them.
struct ConnectionSetup: Sendable {
    let limits: ListenerLimits
    let bodyBudget: ByteBudget?
    let serve: @Sendable (IncomingRequest) async -> OutgoingReply

    @Sendable func run(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let link = ConnectionLink(eventLoop: channel.eventLoop)
            let reader = RequestReader(limits: limits)
            let handler = ServingHandler(
                limits: limits,
                bodyBudget: bodyBudget,
                reader: reader,
                link: link,
                peer: PeerAddress(channel.remoteAddress),
                serve: serve
            )
            link.connect(to: handler)
            try channel.syncOptions?.setOption(.socketOption(.tcp_nodelay), value: 1)
            // One read at a time, so that a limit on what is buffered is passed by one read at most.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try channel.pipeline.syncOperations.addHandlers(reader, handler)
        }
    }
}

/// How many descriptors (sockets, files) this process may have open at once.
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one, which every process may do, and returns what holds now.
    ///
    /// The usual soft limit of 1,024 is a precaution for programs that use `select`; this one doesn't.
    public static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = soft }
        return Int(exactly: limit.rlim_cur) ?? .max
    }
}
