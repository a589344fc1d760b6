import NIOCore
import Testing

@testable import HTTPServing

@Suite struct ReplyEncoderTests {
    /// 中文 in GBK.
    private static let name: [UInt8] = [0xD6, 0xD0, 0xCE, 0xC4]

    private func head(_ reply: OutgoingReply) -> [UInt8] {
        var buffer = ByteBuffer()
        ReplyEncoder(isHead: false, closes: false).writeHead(reply, into: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func `a field that is no UTF-8 is written as it is`() {
        var reply = OutgoingReply(status: 200, headers: [("A", "b")])
        reply.rawHeaders = [("Content-Disposition", Array("attachment; filename=".utf8) + Self.name)]
        let wanted = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Disposition: attachment; filename="
        #expect(head(reply) == Array(wanted.utf8) + Self.name + Array("\r\nContent-Length: 0\r\n\r\n".utf8))
    }

    @Test(arguments: [[0x0D, 0x0A], [0x00], [0x7F], [0xD6, 0x0A]] as [[UInt8]])
    func `one that would break the message's framing is left out`(_ value: [UInt8]) {
        var reply = OutgoingReply(status: 200)
        reply.rawHeaders = [("X", value), ("Content-Length", Self.name)]
        #expect(head(reply) == Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
    }
}
