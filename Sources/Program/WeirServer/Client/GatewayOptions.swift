import ArgumentParser
import CurlTransport
import Foundation
import Weir
import WireJSON

/// How a command reaches a running gateway, and how it shows the answer.
struct GatewayOptions: ParsableArguments {
    @Option(help: "The gateway's listener. Default: WEIR_URL, else http://127.0.0.1:8080.")
    var url: String?

    @Option(help: "The client's key. Default: WEIR_KEY.")
    var key: String?

    @Flag(help: "Prints the answer's JSON as it came.")
    var json = false

    /// Sends one request, prints its answer and fails when it is no success.
    func run(
        _ method: String,
        _ target: String,
        at door: GatewayDoor = .api,
        headers: [HeaderField] = [],
        body: [UInt8]? = nil,
        show: (JSONObjectView) -> String
    ) async throws {
        let data = try await ask(method, target, at: door, headers: headers, body: body)
        if !json, let data { print(show(data)) }
    }

    /// Sends one request and returns its answer's `data`; fails when it is no success. With `--json` it prints the answer.
    func ask(
        _ method: String,
        _ target: String,
        at door: GatewayDoor,
        headers: [HeaderField] = [],
        body: [UInt8]? = nil
    ) async throws -> JSONObjectView? {
        let environment = ProcessInfo.processInfo.environment
        var origin = url ?? environment[door.urlVariable] ?? door.usualURL
        while origin.hasSuffix("/") { origin.removeLast() }
        var headers = headers
        if let key = key ?? environment[door.keyVariable] {
            headers.append(HeaderField("Authorization", "Bearer \(key)"))
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let reply: UpstreamReply
        do {
            reply = try await HTTPClient(transport: transport, origin: origin)
                .send(method, target, headers: headers, body: body)
        } catch {
            StandardError.print("weir: \(origin) does not answer (\(error.kind.rawValue): \(error.detail))")
            throw ExitCode.failure
        }
        return try data(of: reply, from: door)
    }

    private func data(of reply: UpstreamReply, from door: GatewayDoor) throws -> JSONObjectView? {
        let isSuccess = 200..<300 ~= reply.status
        if json { print(String(decoding: reply.body, as: UTF8.self)) }
        guard let answer = try? JSONObjectView(reply.body, rules: .lenient) else {
            StandardError.print("weir: HTTP \(reply.status), and the answer is not the gateway's")
            throw ExitCode.failure
        }
        guard isSuccess else {
            let words = (answer.string("message") ?? "HTTP \(reply.status)") + door.hint(reply.status)
            if !json { StandardError.print("weir: \(words)") }
            throw ExitCode.failure
        }
        return answer.object("data")
    }

    /// A message on a few lines.
    static func describe(_ message: JSONObjectView) -> String {
        var lines = ["\(message.string("id") ?? "?")  \(message.string("state") ?? "?")"]
        for name in ["app", "client", "type", "priority", "created_at", "msgid", "reason", "next_at", "expected_at"] {
            if let text = message.string(name) { lines.append("  \(name): \(text)") }
        }
        if let receipt = message.object("receipt") {
            let reason = receipt.string("reason").map { ", \($0)" } ?? ""
            lines.append("  receipt: \(receipt.string("state") ?? "?") (\(receipt.string("at") ?? "?")\(reason))")
        }
        for attempt in message.value("attempts")?.array?.compactMap(\.object) ?? [] {
            let code = attempt.integer("errcode").map { " errcode \($0)" } ?? ""
            let text = attempt.string("errmsg").map { " \($0)" } ?? ""
            let rid = attempt.string("rid").map { ", rid \($0)" } ?? ""
            lines.append(
                "  attempt \(attempt.integer("n") ?? 0): \(attempt.string("outcome") ?? "?")\(code)\(text) "
                    + "(\(attempt.integer("duration_ms") ?? 0) ms, \(attempt.string("started_at") ?? "?")\(rid))"
            )
        }
        if let doubt = message.object("ambiguity") {
            let attempt = doubt.integer("attempt").map { " since attempt \($0)" } ?? ""
            let end = doubt.string("resolution").map { ": \($0)" } ?? ""
            lines.append("  in doubt\(attempt)\(end)")
        }
        if let omitted = message.integer("attempts_omitted") {
            lines.append("  \(omitted) attempts between the first and the last are counted and kept no longer")
        }
        return lines.joined(separator: "\n")
    }
}
