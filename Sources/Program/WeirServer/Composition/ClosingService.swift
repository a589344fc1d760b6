import ServiceLifecycle

/// Closes something when its turn in the shutdown comes.
struct ClosingService: Service {
    let close: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
