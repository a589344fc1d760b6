import ServiceLifecycle
import UnixSignals

/// Ends the group that it is in, gracefully, at SIGTERM and Ctrl-C, and tells which it was.
struct EndingSignals: Service {
    let told: @Sendable (String) -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await cancelWhenGracefulShutdown {
            for await signal in signals {
                told(signal == .sigint ? "SIGINT" : "SIGTERM")
                return
            }
        }
    }
}
