import Foundation
import Synchronization

/// A client that does whatever its own permissions let it do: everything at once, at a pace that costs the machine little.
final class BadClient: Sendable {
    static let name = "bad"
    private let port: Int
    private let token: String
    private let peers = RawPeers()
    private let idle = IdlePeers()
    private let round = Counter(0)
    private let zeros = Array(("[0" + String(repeating: ",0", count: 512 << 10) + "]").utf8)
    private let form = MultipartForm(file: Array(repeating: 7, count: 100_000))

    init(port: Int, token: String) {
        (self.port, self.token) = (port, token)
    }

    /// Makes mischief until it is told to stop.
    func start() throws -> Crowd {
        try idle.open(200, to: port)
        return Crowd(3) { connection in
            let number = self.round.next(1)
            // Several at once, so that some always hang while others go on.
            self.call(number, &connection)
            if number % 8 == 0 { self.hang(number) }
            Thread.sleep(forTimeInterval: 0.03)
        }
    }

    /// Lets go of whatever hangs or is idle.
    func rest() {
        peers.closeAll()
        idle.closeAll()
    }

    private func call(_ number: Int, _ connection: inout HTTPConnection?) {
        let calls = [odd, hasty, rejected, methods, listing, batch, doubled, quota]
        let call = calls[number % calls.count](number)
        _ = Load.call(call, port, &connection)
    }

    /// Uploads that nobody ends, downloads that nobody reads, requests that are never complete, callers that hang up.
    private func hang(_ number: Int) {
        let large =
            "GET \(ScriptedStage.download)?access_token=\(token)&media_id=large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        let text = String(decoding: form.body, as: UTF8.self)
        let upload =
            "POST \(ScriptedStage.upload)?access_token=\(token) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + "Content-Type: \(form.headers[0].value)\r\nContent-Length: \(form.body.count)\r\n\r\n"
        let half = "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n{"
        let heads = [large, upload + text, half, upload]
        try? peers.open(1, to: port, receiveBuffer: 4096) { _ in heads[number / 8 % heads.count] }
        peers.push()
        if number % 24 == 0 { peers.endSending() }
    }

    private func target(_ path: String, _ rest: String = "") -> String {
        "\(path)?access_token=\(token)\(rest)"
    }

    // MARK: What it calls

    private func odd(_ number: Int) -> Load.Call {
        let ends = ["&x=\\", "&x=#y", "&x=" + String(repeating: "o", count: 17 << 10), "&x=小", "&x=%00%ff"]
        return Load.Call(method: "GET", target: target(ScriptedStage.template, ends[number / 8 % ends.count]))
    }

    private func hasty(_ number: Int) -> Load.Call {
        let body = Array(Message.templateBody(to: "o-hasty-\(number)").utf8)
        let time = [(name: "X-Weir-Timeout", value: number % 16 == 1 ? "0.02" : "0.08")]
        return Load.Call(target: target(ScriptedStage.template), headers: time, body: body)
    }

    /// Bodies that WeChat answers with codes about the token, the app, the quota.
    private func rejected(_ number: Int) -> Load.Call {
        let codes = [40001, 40014, 40013, 41002, 48001, 45011, -1]
        let code = codes[number / 8 % codes.count]
        let path = code == -1 || code == 45011 ? "/cgi-bin/tags/create" : RejectedCallTests.menu
        return Load.Call(target: target(path), body: Array("{\"draw\":\"\(code)\"}".utf8))
    }

    private func methods(_ number: Int) -> Load.Call {
        let methods = ["HEAD", "OPTIONS", "DELETE", "TRACE", "PUT"]
        let method = methods[number / 8 % methods.count]
        return Load.Call(method: method, target: number % 16 == 3 ? "/v1/messages" : target(ScriptedStage.template))
    }

    private func listing(_ number: Int) -> Load.Call {
        let query = number % 16 == 4 ? "state=delivered" : "limit=200"
        return Load.Call(
            method: "GET",
            target: "/v1/messages?\(query)",
            headers: Stage.authorization(of: BadClient.name)
        )
    }

    private func batch(_: Int) -> Load.Call {
        let json = [(name: "Content-Type", value: "application/json")]
        return Load.Call(
            target: "/v1/messages:batch",
            headers: Stage.authorization(of: BadClient.name) + json,
            body: zeros
        )
    }

    private func doubled(_: Int) -> Load.Call {
        Load.Call(method: "GET", target: target(ScriptedStage.read, "&access_token=\(token)"))
    }

    private func quota(_: Int) -> Load.Call {
        Load.Call(target: target("/cgi-bin/uncatalogued/path"), body: [123, 125])
    }
}
