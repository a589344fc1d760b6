import Foundation

/// A port of this machine that speaks HTTP. Each call has a connection of its own.
struct HTTPEndpoint: Sendable {
    var port: Int

    func call(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        let port = port
        return try await onThread {
            do throws(SocketError) {
                let connection = try HTTPConnection(port: port)
                let body = body.map { Array($0.utf8) }
                return try connection.call(method, target, headers: headers + [("Connection", "close")], body: body)
            } catch {
                throw NeverHappened(description: "an answer to \(method) \(target) from port \(port): \(error)")
            }
        }
    }

    func get(_ target: String) async throws -> Answer {
        try await call("GET", target)
    }

    func post(_ target: String, _ body: String = "") async throws -> Answer {
        try await call("POST", target, headers: [("Content-Type", "application/json")], body: body)
    }
}

/// Runs what blocks on a thread of its own, so that the tests' few cooperative threads stay free.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
