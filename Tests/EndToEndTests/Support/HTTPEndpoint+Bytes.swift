extension HTTPEndpoint {
    /// Sends a body that need not be text.
    func call(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        bytes: [UInt8]
    ) async throws -> Answer {
        let port = port
        return try await onThread {
            try HTTPConnection(port: port)
                .call(method, target, headers: headers + [("Connection", "close")], body: bytes)
        }
    }
}
