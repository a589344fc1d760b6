import Foundation
import Synchronization

/// Requests to a gateway and its answers, kept.
final class OpenAPIExchanges: Sendable {
    let stage: Stage
    private let kept = Mutex<[(status: Int, line: String)]>([])

    init(stage: Stage) {
        self.stage = stage
    }

    /// One JSON object a line.
    var lines: String {
        kept.withLock { $0.map { $0.line + "\n" }.joined() }
    }

    var statuses: Set<Int> {
        kept.withLock { Set($0.map(\.status)) }
    }

    /// Adds what another gateway answered.
    func add(_ other: OpenAPIExchanges) {
        let more = other.kept.withLock { $0 }
        kept.withLock { $0 += more }
    }

    /// A request to the api listener.
    @discardableResult
    func call(
        _ method: String,
        _ target: String,
        _ headers: [(name: String, value: String)] = [],
        _ body: String? = nil
    ) async throws -> Answer {
        let answer = try await stage.weir.api.call(method, target, headers: headers, body: body)
        keep("api", method, target, answer)
        return answer
    }

    /// A request to the admin listener.
    @discardableResult
    func admin(
        _ method: String,
        _ target: String,
        _ headers: [(name: String, value: String)] = [],
        _ body: String? = nil
    ) async throws -> Answer {
        let answer = try await stage.weir.admin.call(method, target, headers: headers, body: body)
        keep("admin", method, target, answer)
        return answer
    }

    private func keep(_ listener: String, _ method: String, _ target: String, _ answer: Answer) {
        let members = [
            ("listener", listener), ("method", method), ("path", target), ("type", answer.header("content-type") ?? ""),
            ("body", answer.text),
        ]
        let texts = members.map { "\"\($0.0)\":\(JSONAny.quoted($0.1))" }
        let line = "{\"status\":\(answer.status),\(texts.joined(separator: ","))}"
        kept.withLock { $0.append((answer.status, line)) }
    }
}
