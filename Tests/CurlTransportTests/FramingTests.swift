import Testing
import WeirPorts

@testable import CurlTransport

/// What goes over the wire.
@Suite struct FramingTests {
    private func sent(_ change: (inout UpstreamRequest) -> Void) throws -> ReceivedRequest {
        let server = try ScriptedServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        var request = UpstreamRequest(method: "POST", origin: server.origin, target: "/a", body: Array("{}".utf8))
        change(&request)
        #expect(transport.exchange(request).reply?.status == 200)
        return try #require(server.received.first)
    }

    @Test(arguments: [
        ("POST", 0 as Int?, "0" as String?), ("POST", nil, "0"), ("POST", 450, "450"), ("POST", 2_000_000, "2000000"),
        ("PUT", nil, "0"), ("PATCH", 5, "5"), ("GET", nil, nil), ("GET", 0, "0"), ("DELETE", nil, nil),
        ("DELETE", 7, "7"), ("OPTIONS", nil, nil), ("REPORT", 9000, "9000"),
    ])
    func `a body always has its length, and only a body`(method: String, size: Int?, length: String?) throws {
        let body = size.map { count in (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
        let request = try sent {
            $0.method = method
            $0.body = body
        }
        #expect(request.line == "\(method) /a HTTP/1.1")
        #expect(request.header("Content-Length") == length)
        #expect(request.body == body ?? [])
        #expect(request.header("Expect") == nil)
        #expect(request.header("Transfer-Encoding") == nil)
    }

    @Test func `nothing is sent that was not asked for`() throws {
        let request = try sent { _ in }
        #expect(request.headers.count == 3)
        #expect(request.header("Accept-Encoding") == "identity")
        #expect(request.header("Host")?.hasPrefix("127.0.0.1:") == true)
        #expect(request.header("Content-Length") == "2")
    }

    @Test func `headers go as given, empty ones too, but for the transport's own`() throws {
        let request = try sent {
            $0.headers = [
                HeaderField("Content-Type", "application/json; charset=utf-8"), HeaderField("X-Empty", ""),
                HeaderField("accept", "*/*"), HeaderField("X-Name", "微信"), HeaderField("Host", "elsewhere"),
                HeaderField("expect", "100-continue"), HeaderField("Transfer-Encoding", "chunked"),
                HeaderField("content-length", "7"), HeaderField("Connection", "close"),
                HeaderField("accept-encoding", "gzip, br"),
            ]
        }
        #expect(
            Set(request.headers.filter { !$0.hasPrefix("Host:") }) == [
                "Content-Type: application/json; charset=utf-8", "X-Empty:", "accept: */*", "X-Name: 微信",
                "Content-Length: 2", "Accept-Encoding: identity",
            ]
        )
        #expect(request.header("Host") != "elsewhere")
    }

    @Test(arguments: ["/", "/a//b/../c/./d", "/a?x=%2F%00&y=[1]{}|^`\"<>", "/?access_token=A_b-C.d~e!$'()*,;:@"])
    func `the target goes byte for byte`(_ target: String) throws {
        #expect(try sent { $0.target = target }.line == "POST \(target) HTTP/1.1")
    }

    @Test func `an exchange forgets the request before`() throws {
        let server = try ScriptedServer { peer in
            while let request = peer.readRequest() {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.line.hasPrefix("HEAD") ? 9 : 0)\r\n\r\n")
            }
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 1))
        let big = [UInt8](repeating: 7, count: 20_000)
        let steps: [(String, [UInt8]?, [HeaderField])] = [
            ("POST", [1], [HeaderField("A", "1")]), ("GET", nil, []), ("HEAD", nil, []), ("POST", big, []),
            ("POST", [2], [HeaderField("A", "2")]), ("DELETE", nil, []), ("GET", nil, []), ("PUT", big, []),
            ("GET", [], []), ("POST", nil, []), ("HEAD", nil, [HeaderField("A", "1")]), ("POST", big, []),
        ]
        for (method, body, headers) in steps {
            let result = transport.exchange(
                UpstreamRequest(method: method, origin: server.origin, target: "/", headers: headers, body: body)
            )
            #expect(result.reply?.status == 200)
        }
        transport.shutdown()
        #expect(server.received.map(\.line) == steps.map { "\($0.0) / HTTP/1.1" })
        #expect(server.received.map(\.body) == steps.map { $0.1 ?? [] })
        #expect(server.received.map { $0.header("A") } == steps.map { $0.2.first?.value })
        #expect(server.connectionCount == 1)
    }
}
