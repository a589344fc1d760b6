/// What a scripted upstream does with a request.
struct ScriptedReply: Sendable {
    enum Ending: Sendable {
        /// The answer as it is.
        case whole
        /// No byte, until the caller gives up.
        case hang
        /// Half of the body, and then the end.
        case cut
        /// A reset in place of an answer.
        case reset
    }

    /// How long it takes from the last byte of the request to the first of the answer.
    var latency: Duration = .zero
    var status = 200
    var headers = [(name: "Content-Type", value: "application/json; encoding=utf-8")]
    var body: [UInt8] = []
    var ending = Ending.whole

    static func json(_ text: String, after latency: Duration = .zero) -> ScriptedReply {
        ScriptedReply(latency: latency, body: Array(text.utf8))
    }

    /// WeChat's yes to a message.
    static func ok(after latency: Duration = .zero) -> ScriptedReply {
        .json("{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":3557254367693750277}", after: latency)
    }

    static func errcode(_ code: Int, after latency: Duration = .zero) -> ScriptedReply {
        .json("{\"errcode\":\(code),\"errmsg\":\"scripted rid: 1-2-3\"}", after: latency)
    }

    /// A page of something between the gateway and WeChat.
    static func page(_ status: Int) -> ScriptedReply {
        ScriptedReply(
            status: status,
            headers: [("Content-Type", "text/html")],
            body: Array("<html><title>\(status)</title><h1>Blocked by policy</h1></html>".utf8)
        )
    }

    static func file(_ bytes: [UInt8], type: String = "image/jpeg") -> ScriptedReply {
        ScriptedReply(headers: [("Content-Type", type)], body: bytes)
    }

    static func ending(_ ending: Ending) -> ScriptedReply {
        ScriptedReply(ending: ending)
    }

    /// The same, coded although nobody asked.
    var gzipped: ScriptedReply {
        var reply = self
        reply.headers.append(("Content-Encoding", "gzip"))
        reply.body = StoredGzip.of(body)
        return reply
    }

    /// On the wire. `toHead`: the length without the body.
    func bytes(toHead: Bool) -> (head: [UInt8], body: [UInt8]) {
        var head = "HTTP/1.1 \(status) Scripted\r\n"
        for header in headers where !(status == 204 && header.name == "Content-Type") {
            head += "\(header.name): \(header.value)\r\n"
        }
        if status != 204 { head += "Content-Length: \(body.count)\r\n" }
        return (Array((head + "\r\n").utf8), toHead || status == 204 ? [] : body)
    }
}

extension ScriptedReply: CustomStringConvertible {
    /// Short: a failed test shows it with its arguments.
    var description: String { "\(status), \(body.count) bytes, \(ending)" }
}
