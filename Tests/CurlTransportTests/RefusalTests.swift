import Testing
import WeirPorts

@testable import CurlTransport

/// What is never sent.
@Suite struct RefusalTests {
    static let changes: [@Sendable (inout UpstreamRequest) -> Void] = [
        { $0.target = "/a HTTP/1.1\r\nX: y" }, { $0.target = "/a\nb" }, { $0.target = "/a b" }, { $0.target = "a" },
        { $0.target = "" }, { $0.target = "/微信" }, { $0.target = "/a#b" }, { $0.target = "/a\0b" },
        { $0.target = "@elsewhere/" }, { $0.target = "/" + String(repeating: "a", count: RequestCheck.maxTarget) },
        { $0.headers = [HeaderField("X", "a\r\nY: b")] }, { $0.headers = [HeaderField("X", "a\nb")] },
        { $0.headers = [HeaderField("X", "a\rb")] }, { $0.headers = [HeaderField("X", "a\0b")] },
        { $0.headers = [HeaderField("X: y\r\nZ", "a")] }, { $0.headers = [HeaderField("", "a")] },
        { $0.headers = [HeaderField("X Y", "a")] }, { $0.headers = [HeaderField("X;", "")] },
        { $0.headers = Array(repeating: HeaderField("X", "y"), count: RequestCheck.maxHeaders + 1) },
        { $0.headers = [HeaderField("X", String(repeating: "y", count: RequestCheck.maxHeaderBytes))] },
        { $0.method = "GET /x HTTP/1.1\r\nX: y" }, { $0.method = "" }, { $0.method = "P OST" },
        { $0.origin += "/path" }, { $0.origin = "file://localhost" }, { $0.origin = "" }, { $0.origin = "http://" },
        { $0.origin = $0.origin.replacing("http://", with: "http://user:pass@") }, { $0.origin += "?" },
        { $0.origin = $0.origin.replacing("http:", with: "HTTP:") }, { $0.origin += "\r\n" }, { $0.replyLimit = -1 },
        { $0.origin = "http://127.0.0.1:99999" }, { $0.origin = "http://[::1" },
    ]

    @Test(arguments: changes.indices) func `a request that could be read otherwise is refused`(_ index: Int) throws {
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        var request = UpstreamRequest(method: "POST", origin: server.origin, target: "/", body: [1])
        Self.changes[index](&request)
        let failure = try #require(transport.exchange(request).failure)
        #expect(Verdict(failure.kind, bytesLeft: failure.bytesLeft) == Verdict(.invalid, bytesLeft: false))
        #expect(!failure.detail.isEmpty)
        #expect(server.received.isEmpty)
    }

    @Test(arguments: [
        (CurlConfiguration(proxy: ""), CurlSetupError.invalidProxy),
        (CurlConfiguration(proxy: "ftp://proxy"), .invalidProxy),
        (CurlConfiguration(proxy: "http://a b"), .invalidProxy),
        (CurlConfiguration(caFile: "/nosuch/ca.pem"), .unreadableAuthorities(path: "/nosuch/ca.pem")),
        (CurlConfiguration(maxConnections: 0), .invalidLimit),
        (CurlConfiguration(maxOutstanding: 0), .invalidLimit), (CurlConfiguration(replyBudget: 0), .invalidLimit),
    ])
    func `a configuration that can't work is refused at once`(
        _ configuration: CurlConfiguration,
        _ error: CurlSetupError
    ) {
        #expect(throws: error) { try CurlTransport(configuration: configuration) }
    }

    @Test(arguments: ["http://proxy:3128", "proxy:3128", "https://10.0.0.1", "socks5h://user:pass@proxy:1080"])
    func `a proxy is named as libcurl does`(_ proxy: String) {
        #expect(ProxyAddress.isValid(proxy))
    }
}
