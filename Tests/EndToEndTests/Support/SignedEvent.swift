import Foundation
import Testing

/// A signed event as it goes over the wire.
struct SignedEvent: Sendable {
    static let secret = "event-secret-0123456789"

    var type: String
    var body: [UInt8]
    var timestamp: String
    var signature: String
    var client = "shop"

    var headers: [(name: String, value: String)] {
        [
            (name: "Content-Type", value: type), (name: "X-Weir-Client", value: client),
            (name: "X-Weir-Timestamp", value: timestamp), (name: "X-Weir-Signature", value: signature),
        ]
    }

    func post(to weir: WeirProcess, _ more: [(name: String, value: String)] = []) async throws -> Answer {
        try await weir.api.call("POST", "/v1/events", headers: headers + more, bytes: body)
    }

    /// The event in JSON, MessagePack and Protobuf.
    static func sign(_ event: String, secret: String = secret, age: Int = 0) async throws -> [SignedEvent] {
        let timestamp = String(Int(Date().timeIntervalSince1970) - age)
        let run = try await CommandRun.python("events.py", [secret, timestamp, event])
        try #require(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n").compactMap { line in
            guard let json = JSONAny(String(line)), let type = json["content_type"]?.string,
                let hex = json["body"]?.string, let signature = json["signature"]?.string
            else { return nil }
            let digits = Array(hex)
            let body = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
            return SignedEvent(type: type, body: body, timestamp: timestamp, signature: signature)
        }
    }
}
