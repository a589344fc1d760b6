import Foundation
import Testing
import WeirPorts

@testable import CurlTransport

/// How requests came to their connections.
@Suite struct ConnectionTallyTests {
    @Test func `a connection is opened once and reused, and a request that gets none is counted as that`() throws {
        let server = try ScriptedServer { peer in
            while peer.readRequest() != nil { peer.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)) }
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let request = UpstreamRequest(method: "GET", origin: server.origin, target: "/a")
        for _ in 0..<3 { #expect(transport.exchange(request).reply?.status == 200) }
        #expect(server.connectionCount == 1)
        #expect(transport.connections.opened == 1)
        #expect(transport.connections.reused == 2)
        #expect(transport.connections.failed == 0)
        // Nobody listens there any more.
        let (descriptor, port) = try listen(backlog: 1)
        _ = close(descriptor)
        let nowhere = UpstreamRequest(method: "GET", origin: "http://127.0.0.1:\(port)", target: "/a")
        #expect(transport.exchange(nowhere).failure?.kind == .connect)
        #expect(transport.connections.failed == 1)
        #expect(transport.connections.opened == 1)
        #expect(transport.connections.reused == 2)
    }
}
