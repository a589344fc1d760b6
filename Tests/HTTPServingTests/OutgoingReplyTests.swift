import HTTPServing
import Testing

@Suite struct OutgoingReplyTests {
    @Test func `an aborted request gets no byte`() async throws {
        try await withListener(handler: { _ in .abort(.close) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.rest() == "")
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a reset reaches the peer as one`() async throws {
        try await withListener(handler: { _ in .abort(.reset) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.rest() == "")
            #expect(peer.ending == .reset)
        }
    }

    @Test(arguments: [(0, ""), (3, "abc"), (99, "abcdef")])
    func `a cut answer promises more than it has`(count: Int, sent: String) async throws {
        let reply = OutgoingReply(status: 200, body: Array("abcdef".utf8), ending: .cut(afterBytes: count))
        try await withListener(handler: { _ in reply }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.rest() == "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + sent)
            #expect(peer.ending == .closed)
        }
    }
}
