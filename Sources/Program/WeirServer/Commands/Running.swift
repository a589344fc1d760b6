import ArgumentParser
import Glibc
import Logging
import ServiceLifecycle
import Weir

/// Runs a service group as a command, and says in one line why it could not.
enum Running {
    static func untilTheEnd(_ make: () throws -> ServiceGroup) async throws {
        // Whoever reads the log may go away: that is no reason to go too.
        signal(SIGPIPE, SIG_IGN)
        do {
            try await make().run()
        } catch let error as JournalError {
            StandardError.print("weir: \(error.message)")
            throw ExitCode.failure
        } catch {
            StandardError.print("weir: \(error)")
            throw ExitCode.failure
        }
    }
}

extension ServiceGroup {
    /// A group that ends gracefully at SIGTERM and Ctrl-C, and is cut after fifteen seconds.
    ///
    /// - Parameter told: hears which of them it was.
    init(_ services: [any Service], told: @escaping @Sendable (String) -> Void = { _ in }) {
        var configuration = ServiceGroupConfiguration(
            services: ([EndingSignals(told: told)] + services).map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup
                )
            },
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        self.init(configuration: configuration)
    }
}
