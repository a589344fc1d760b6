public import Addressing
internal import Foundation
internal import HTTPServing
public import Logging
public import ServiceLifecycle

/// A WeChat to develop and test against: it keeps WeChat's rules and misbehaves on demand.
///
/// It serves the token, message, template, quota, media and login paths that a gateway meets, and `/_sandbox/…` to control
/// it and to see what the phones showed. It shares no code with the gateway but its HTTP listener, so that a misreading
/// of WeChat's documentation isn't made twice. It has no access control: keep it on loopback.
public struct Sandbox: Service {
    private let server: SandboxServer
    private let listener: HTTPListener

    /// - Parameters:
    ///   - host: a name or an address of this machine.
    ///   - port: 0 for any free one.
    ///   - configuration: what it takes for true at the start.
    ///   - logger: for troubles only.
    ///   - onBound: runs once the address is being listened on.
    public init(
        host: String,
        port: Int,
        configuration: SandboxConfiguration = SandboxConfiguration(),
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void = { _ in }
    ) {
        self.init(host: host, port: port, configuration: configuration, logger: logger, onBound: onBound) {
            Int64(Date().timeIntervalSince1970 * 1_000_000)
        }
    }

    /// - Parameter clock: microseconds since 1970, for tests.
    init(
        host: String,
        port: Int,
        configuration: SandboxConfiguration,
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void,
        clock: @escaping @Sendable () -> Int64
    ) {
        let server = SandboxServer(configuration, seed: .random(in: 0 ... .max), clock: clock)
        self.server = server
        listener = HTTPListener(name: "sandbox", host: host, port: port, logger: logger, onBound: onBound) { request in
            await server.answer(request)
        }
    }

    /// Serves until graceful shutdown, which ends hanging answers at once, or cancellation.
    ///
    /// - Throws: `ListenerError` when the address can't be had.
    public func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listener.run()
        } onCancelOrGracefulShutdown: {
            server.hangs.close()
        }
    }
}
