import Glibc
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import Testing

@testable import HTTPServing

@Suite struct AcceptingTests {
    /// Keeps what is logged.
    private struct Recorder: LogHandler {
        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.info

        init(_ lines: Lines) {
            self.lines = lines
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    private let lines = Recorder.Lines()
    private var logger: Logger { Logger(label: "test") { _ in Recorder(lines) } }

    /// Counts how often it was asked to accept.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = Never
        var reads = 0

        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    /// A listener's pipeline with a gate in it.
    private struct GateBench {
        let loop = EmbeddedEventLoop()
        let socket = Socket()
        let gate: ConnectionGate
        let count = ConnectionCount()
        let listener: EmbeddedChannel

        init(maximum: Int, _ logger: Logger) throws {
            gate = ConnectionGate(name: "api", maximum: maximum, logger: logger, count: count)
            listener = EmbeddedChannel(handlers: [socket, gate], loop: loop)
            try listener.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func accept() -> EmbeddedChannel {
            let connection = EmbeddedChannel(loop: loop)
            listener.pipeline.fireChannelRead(connection as any Channel)
            return connection
        }

        func close(_ connection: EmbeddedChannel) {
            connection.close(promise: nil)
            loop.run()
        }
    }

    @Test func `a full listener says so once, and once when a tenth is free`() throws {
        let bench = try GateBench(maximum: 100, logger)
        var connections = (1...100).map { _ in bench.accept() }
        for _ in 1...50 {
            bench.close(connections.removeLast())
            connections.append(bench.accept())
        }
        #expect(lines.all.withLock { $0.count } == 1)
        #expect(bench.count.open == 100)
        for _ in 1...30 { bench.close(connections.removeLast()) }
        #expect(bench.count.open == 70)
        let all = lines.all.withLock { $0 }
        #expect(all.count == 2)
        #expect(all.first?.hasPrefix("warning: all connections are in use") == true)
    }

    @Test func `a full listener accepts when a connection has closed, and not before`() throws {
        let bench = try GateBench(maximum: 2, logger)
        let first = bench.accept()
        bench.listener.read()
        #expect(bench.socket.reads == 1)
        let second = bench.accept()
        bench.listener.read()
        #expect(bench.socket.reads == 1)
        bench.close(second)
        #expect(bench.socket.reads == 2)
        bench.close(first)
        #expect(bench.socket.reads == 2)
    }

    @Test(arguments: [true, false])
    func `it has ended when nobody is listened to and the last connection has closed`(_ isCut: Bool) throws {
        let bench = try GateBench(maximum: 2, logger)
        let connections = [bench.accept(), bench.accept()]
        var isOver = false
        bench.gate.end(on: bench.loop).assumeIsolated().whenComplete { _ in isOver = true }
        if isCut { bench.gate.cut() } else { bench.gate.drain() }
        bench.loop.run()
        #expect(!bench.listener.isActive)
        #expect(isOver == isCut)
        for connection in connections where !isCut { bench.close(connection) }
        #expect(isOver)
    }

    @Test func `without descriptors accepting pauses, says so once, and goes on by itself`() async throws {
        let logger = logger
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = AcceptPause(
                        name: "api",
                        logger: logger,
                        pause: .milliseconds(300),
                        calm: .milliseconds(1)
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        for _ in 1...3 { server.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept")) }
        #expect(try await server.getOption(.autoRead).get() == false)
        #expect(lines.all.withLock { $0.count } == 1)
        // The connection waits in the backlog and is accepted after the pause.
        let peer = try await RawConnection.open(server.localAddress?.port ?? 0)
        while lines.all.withLock({ $0.count }) < 2 { await Task.yield() }
        #expect(lines.all.withLock { $0.last } == "notice: connections are accepted again")
        #expect(try await server.getOption(.autoRead).get())
        try await peer.close()
        try await server.close().get()
    }

    @Test func `the soft limit of descriptors becomes the hard one`() {
        let raised = DescriptorLimit.raise()
        var limit = rlimit()
        #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised == (Int(exactly: limit.rlim_max) ?? .max))
    }
}
