/// What is done to a gateway's process, and what it says of itself.
extension Scene {
    /// Waits until Prometheus has scraped the present process.
    func isScraped() async throws {
        let start = try await weir.metrics().sum("process_start_time_seconds")
        try await eventually("\(name) is scraped") {
            try await stage.value("process_start_time_seconds{instance=\"\(instance)\"}") == start
        }
    }

    /// Waits until the breaker of messages is in a state.
    func breaker(is wanted: String) async throws {
        try await eventually("the breaker is \(wanted)") {
            try await weir.metrics().sum("weir_breaker_state", "state=\"\(wanted)\"") >= 1
        }
    }
}
