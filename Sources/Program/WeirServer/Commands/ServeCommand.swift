public import Addressing
public import ArgumentParser
import HTTPServing
import Logging
import ServiceLifecycle
import Synchronization
import Weir
import WeirConfiguration

/// `weir serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the gateway until SIGTERM or Ctrl-C; SIGHUP reads the file anew."
    )

    @Option(help: "The configuration file.")
    var config: String

    @Option(help: "Where the api listener binds, in place of the file's server.api.")
    var api: HostPort?

    @Option(help: "Where the admin listener binds, in place of the file's server.admin.")
    var admin: HostPort?

    func run() async throws {
        let source = ConfigurationSource(path: config, api: api, admin: admin)
        let result = source.read()
        for warning in result.warnings { StandardError.print("\(warning) (warning)") }
        guard let configuration = result.configuration else {
            for problem in result.problems { StandardError.print("\(problem)") }
            throw ExitCode.failure
        }
        let level = LogLevel(Logger.Level(rawValue: configuration.log.level) ?? .info)
        let log = LogWriter()
        defer { log.flush() }
        let logger = Logger.json("weir", level: level, sink: log.write)
        let made = Mutex<Composition?>(nil)
        do {
            try await run(configuration, logger, level, source) { composition in made.withLock { $0 = composition } }
        } catch {
            if let composition = made.withLock({ $0 }) {
                composition.life.ends(composition.gateway.lastDrain, hasFailed: true)
            }
            throw error
        }
        if let composition = made.withLock({ $0 }) {
            composition.life.ends(composition.gateway.lastDrain, hasFailed: false)
        }
    }

    private func run(
        _ configuration: GatewayConfiguration,
        _ logger: Logger,
        _ level: LogLevel,
        _ source: ConfigurationSource,
        _ made: (Composition) -> Void
    ) async throws {
        try await Running.untilTheEnd {
            let composition = try Composition(configuration, logger: logger, level: level, source: source) {
                name,
                address in
                logger.notice("listening", metadata: ["listener": "\(name)", "address": "\(address)"])
            }
            if configuration.clients.isEmpty {
                logger.warning("no clients are configured: /v1 serves only callers on this machine")
            }
            made(composition)
            return ServiceGroup(composition.services) { composition.life.isAsked(by: $0) }
        }
    }
}

extension HostPort: ExpressibleByArgument {
    /// Reads `host:port` from the command line; `nil` makes it a usage error.
    public init?(argument: String) {
        self.init(argument)
    }
}
