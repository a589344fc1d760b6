import Dispatch
import Testing
import WeirPorts

@testable import CurlTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What happens when no reply comes.
@Suite struct FailureTests {
    private func outcome(
        _ origin: String,
        configuration: CurlConfiguration = CurlConfiguration(),
        timeout: Duration = .seconds(20),
        connectTimeout: Duration = .seconds(10)
    ) throws -> TransportFailure {
        let transport = try CurlTransport(configuration: configuration)
        defer { transport.shutdown() }
        let request = UpstreamRequest(
            method: "POST",
            origin: origin,
            target: "/path?access_token=SECRET",
            body: [1, 2],
            timeout: timeout,
            connectTimeout: connectTimeout
        )
        let failure = try #require(transport.exchange(request).failure)
        #expect(!failure.detail.contains("SECRET") && !failure.detail.contains("/path"))
        return failure
    }

    /// A port of the loopback on which nobody listens.
    private func closedPort() throws -> UInt16 {
        let (descriptor, port) = try listen(backlog: 1)
        _ = close(descriptor)
        return port
    }

    @Test func `a refused connection left nothing`() throws {
        let failure = try outcome("http://127.0.0.1:\(closedPort())")
        #expect(failure.kind == .connect)
        #expect(!failure.bytesLeft)
        #expect(failure.detail.contains("errno 111"))
    }

    @Test func `an unknown host left nothing`() throws {
        let failure = try outcome("http://nosuch.invalid")
        #expect(failure.kind == .resolve)
        #expect(!failure.bytesLeft)
    }

    @Test func `a connection that isn't made in time left nothing`() throws {
        // A listener that never accepts, its queue filled: the kernel drops further attempts.
        let (listener, port) = try listen(backlog: 0)
        var fillers: [Int32] = []
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = loopback(port: port)
            _ = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
        defer { for descriptor in fillers + [listener] { _ = close(descriptor) } }
        let failure = try outcome("http://127.0.0.1:\(port)", connectTimeout: .milliseconds(50))
        #expect(failure.kind == .connect)
        #expect(!failure.bytesLeft)
    }

    @Test func `an upstream that doesn't speak TLS got nothing`() throws {
        let server = try ScriptedServer { $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let failure = try outcome("https://127.0.0.1:\(server.port)")
        #expect(failure.kind == .tls)
        #expect(!failure.bytesLeft)
    }

    @Test func `the silence of a proxy is no answer of the upstream`() throws {
        let server = try ScriptedServer { peer in
            peer.readRequest()
            peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        }
        let failure = try outcome(
            "https://upstream.invalid",
            configuration: CurlConfiguration(proxy: "http://127.0.0.1:\(server.port)")
        )
        #expect(failure.kind == .connect)
        #expect(!failure.bytesLeft)
        #expect(server.received.map(\.line) == ["CONNECT upstream.invalid:443 HTTP/1.1"])
    }

    @Test(arguments: [2, 300_000]) func `a request whose time ran out takes its connection with it`(_ size: Int) throws
    {
        let server = try ScriptedServer { peer in
            while let request = peer.readRequest() {
                if request.line.contains("hang") { return peer.awaitEnd() }
                peer.write(RepeatTests.ok)
            }
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 1))
        defer { transport.shutdown() }
        var request = UpstreamRequest(method: "POST", origin: server.origin, target: "/", body: [])
        #expect(transport.exchange(request).reply != nil)
        request.target = "/hang"
        request.body = [UInt8](repeating: 65, count: size)
        request.timeout = .milliseconds(80)
        #expect(transport.exchange(request).verdict == Verdict(.timeout, bytesLeft: true))
        request.target = "/"
        request.timeout = .seconds(20)
        #expect(transport.exchange(request).reply != nil)
        #expect(server.connectionCount == 2)
    }

    @Test func `the environment names no proxy`() throws {
        let dead = "http://127.0.0.1:\(try closedPort())"
        for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { _ = unsafe setenv(name, dead, 1) }
        defer { for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { _ = unsafe unsetenv(name) } }
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let request = UpstreamRequest(method: "GET", origin: server.origin, target: "/")
        #expect(transport.exchange(request).reply?.status == 200)
        let proxied = try CurlTransport(configuration: CurlConfiguration(proxy: dead))
        defer { proxied.shutdown() }
        #expect(proxied.exchange(request).verdict == Verdict(.connect, bytesLeft: false))
    }
}
