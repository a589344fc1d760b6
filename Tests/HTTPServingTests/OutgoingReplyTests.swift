import HTTPServing
import NIOCore
import Testing

@Suite struct OutgoingReplyTests {
    @Test func `a request without an answer gets no byte`() async throws {
        try await withListener(handler: { _ in .noAnswer }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.rest() == "")
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a connection that was handed over is the taker's alone`() async throws {
        let handler: @Sendable (IncomingRequest) async -> OutgoingReply = { _ in
            .handingOver { connection in
                connection.writeAndFlush(ByteBuffer(string: "mine"))
                    .whenComplete { _ in connection.close(promise: nil) }
            }
        }
        try await withListener(handler: handler) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
            #expect(await peer.rest() == "mine")
        }
    }
}
