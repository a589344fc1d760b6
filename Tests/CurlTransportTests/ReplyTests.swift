import Testing
import WeirPorts

@testable import CurlTransport

/// What comes back.
@Suite struct ReplyTests {
    private func outcome(
        of wire: [UInt8],
        method: String = "POST",
        limit: Int = 1 << 20
    ) throws -> Result<UpstreamReply, TransportFailure> {
        let server = try ScriptedServer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write(wire)
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let request = UpstreamRequest(
            method: method,
            origin: server.origin,
            target: "/a?access_token=SECRET",
            body: [1],
            replyLimit: limit
        )
        let result = transport.exchange(request)
        #expect(server.received.count == 1)
        return result
    }

    static let replies: [(wire: String, status: Int, body: String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=1\r\ncde\r\n0\r\nTrailer: x\r\n\r\n",
            200, "abcde"
        ),
        ("HTTP/1.0 200 OK\r\nA: b\r\n\r\nuntil the end", 200, "until the end"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", 200, "until the end"),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
            201, "x"
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, ""),
        ("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", 401, ""),
        ("HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", 412, ""),
        ("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", 417, ""),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", 502, "<html>"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b", 200, "a\0b"),
    ]

    @Test(arguments: replies) func `a whole reply is passed on`(_ wire: String, _ status: Int, _ body: String) throws {
        let reply = try #require(try outcome(of: Array(wire.utf8)).reply)
        #expect(reply.status == status)
        #expect(reply.body == Array(body.utf8))
    }

    static let failures: [(wire: String, kind: TransportFailure.Kind)] = [
        ("", .reset),
        ("HTTP/1.1 200 OK\r\nContent-Len", .reset),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", .reset),
        ("HTTP/1.1 200 OK\r\n", .reset),
        ("HTTP/1.1 100 Continue\r\n\r\n", .reset),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .reset),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .reset),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", .reset),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", .reset),
        ("SSH-2.0-OpenSSH_9.2\r\n", .malformed),
        ("access_token=SECRET\r\n\r\n", .malformed),
        ("{\"errcode\":0}\n", .malformed),
        ("HTTP/9.9 200 OK\r\n\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\nlong", .tooLarge),
        (
            "HTTP/1.1 200 OK\r\n" + String(repeating: "A: \(String(repeating: "b", count: 1000))\r\n", count: 70)
                + "\r\n", .tooLarge
        ),
    ]

    @Test(arguments: failures) func `all else is a failure`(_ wire: String, _ kind: TransportFailure.Kind) throws {
        let limit = kind == .tooLarge ? 3 : 1 << 20
        let failure = try #require(try outcome(of: Array(wire.utf8), limit: limit).failure)
        #expect(failure.kind == kind)
        #expect(failure.bytesLeft)
        #expect(!failure.detail.contains("SECRET") && !failure.detail.contains("/a"))
        #expect(!failure.detail.isEmpty)
    }

    @Test func `a body may be as long as the limit and no longer`() throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let known = Array("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n".utf8) + body
        let unknown = Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + body
        for wire in [known, unknown] {
            #expect(try outcome(of: wire, limit: 300_000).reply?.body == body)
            #expect(try outcome(of: wire, limit: 299_999).verdict == Verdict(.tooLarge, bytesLeft: true))
        }
        #expect(try outcome(of: Array("HTTP/1.1 204 No\r\n\r\n".utf8), limit: 0).reply?.status == 204)
    }

    @Test func `headers come in order and in the upstream's own spelling`() throws {
        let wire =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json; encoding=utf-8\r\nset-cookie: a\r\nSet-Cookie: b\r\n"
            + "Empty:\r\nX-Padded: \t x y \t\r\nLogicRet: 42001\r\nContent-Length: 0\r\n\r\n"
        let reply = try #require(try outcome(of: Array(wire.utf8)).reply)
        #expect(
            reply.headers == [
                HeaderField("Content-Type", "application/json; encoding=utf-8"), HeaderField("set-cookie", "a"),
                HeaderField("Set-Cookie", "b"), HeaderField("Empty", ""), HeaderField("X-Padded", "x y"),
                HeaderField("LogicRet", "42001"), HeaderField("Content-Length", "0"),
            ]
        )
    }

    @Test func `a reset in the middle of a body is a reset`() throws {
        let server = try ScriptedServer { peer in
            peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            peer.reset()
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let result = transport.exchange(UpstreamRequest(method: "GET", origin: server.origin, target: "/"))
        #expect(result.verdict == Verdict(.reset, bytesLeft: true))
    }
}
