import Glibc
import Logging
import NIOCore
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

    @Test func `a full listener says so once, and once when a tenth is free`() {
        let gate = ConnectionGate(name: "api", maximum: 100, logger: logger)
        for _ in 1...100 { gate.connectionOpened() }
        #expect(!gate.isAcceptingNewConnections())
        for _ in 1...50 {
            gate.connectionClosed()
            #expect(gate.isAcceptingNewConnections())
            gate.connectionOpened()
        }
        #expect(lines.all.withLock { $0.count } == 1)
        for _ in 1...30 { gate.connectionClosed() }
        let all = lines.all.withLock { $0 }
        #expect(all.count == 2)
        #expect(all.first?.hasPrefix("warning: all connections are in use") == true)
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
