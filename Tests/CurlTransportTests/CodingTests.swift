import Gzip
import Resilience
import Testing
import WeirPorts

@testable import CurlTransport

/// Replies that come compressed although nobody asked.
@Suite struct CodingTests {
    private func outcome(
        _ headers: String,
        _ body: [UInt8],
        method: String = "GET",
        limit: Int = 1 << 20,
        announcing length: Int? = nil
    ) throws -> Result<UpstreamReply, TransportFailure> {
        let server = try ScriptedServer { peer in
            peer.readRequest()
            peer.write("HTTP/1.1 \(headers)\r\nContent-Length: \(length ?? body.count)\r\nX: y\r\n\r\n")
            peer.write(body)
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let request = UpstreamRequest(method: method, origin: server.origin, target: "/", replyLimit: limit)
        let result = transport.exchange(request)
        #expect(server.received.first?.header("Accept-Encoding") == "identity")
        return result
    }

    private static let text = Array(#"{"errcode":0,"errmsg":"ok","msgid":4611686018427387905}"#.utf8)
    /// Deflated text, without and with zlib's head and sum.
    private static func raw(_ bytes: [UInt8]) throws -> [UInt8] {
        // Level 6 writes a head of ten bytes, and a sum and a length of four.
        Array(try Gzip.compress(bytes).dropFirst(10).dropLast(8))
    }
    private static func zlib(_ bytes: [UInt8]) throws -> [UInt8] {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let sum = high << 16 | low
        return try [0x78, 0x9C] + raw(bytes)
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
    }

    @Test(arguments: ["gzip", "x-gzip", "GZip", "identity, gzip", "deflate"])
    func `what comes coded is decoded, and no header says otherwise`(_ label: String) throws {
        let isDeflate = label == "deflate"
        let bodies = try isDeflate ? [Self.zlib(Self.text), Self.raw(Self.text)] : [Gzip.compress(Self.text)]
        for body in bodies {
            let reply = try #require(try outcome("200 OK\r\nContent-Encoding: \(label)", body).reply)
            #expect(reply.body == Self.text)
            #expect(reply.headers == [HeaderField("X", "y")])
        }
    }

    @Test func `also a long body in many pieces, of several members`() throws {
        let content = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let coded = try Gzip.compress(Array(content[..<123_457])) + Gzip.compress(Array(content[123_457...]))
        let reply = try #require(try outcome("200 OK\r\nContent-Encoding: gzip", coded).reply)
        #expect(reply.body == content)
        #expect(reply.hold?.bytes == content.count)
    }

    @Test(arguments: ["br", "gzip, gzip", "gzip\r\nContent-Encoding: gzip", "compress"])
    func `another coding is passed on with its label`(_ label: String) throws {
        let reply = try #require(try outcome("200 OK\r\nContent-Encoding: \(label)", [1, 2, 3]).reply)
        #expect(reply.body == [1, 2, 3])
        #expect(reply.header("Content-Encoding") != nil && reply.header("Content-Length") == "3")
    }

    @Test func `a wrong label, a part, and a head alone are passed on as they are`() throws {
        let coded = try Gzip.compress(Self.text)
        #expect(try outcome("200 OK\r\nContent-Encoding: gzip", Self.text).reply?.body == Self.text)
        let part = try #require(try outcome("206 Partial\r\nContent-Encoding: gzip", Array(coded[5...])).reply)
        #expect(part.body == Array(coded[5...]) && part.header("Content-Encoding") == "gzip")
        let head = try outcome("200 OK\r\nContent-Encoding: gzip", [], method: "HEAD", announcing: 9)
        #expect(head.reply?.header("Content-Length") == "9")
    }

    @Test func `half a body, a damaged one and a bomb are no replies`() throws {
        let coded = try Gzip.compress(Self.text)
        let header = "200 OK\r\nContent-Encoding: gzip"
        #expect(try outcome(header, Array(coded.dropLast(9))).verdict == Verdict(.malformed, bytesLeft: true))
        #expect(try outcome(header, Array(coded.prefix(1))).verdict == Verdict(.malformed, bytesLeft: true))
        #expect(try outcome(header, coded, announcing: 999).verdict == Verdict(.reset, bytesLeft: true))
        var damaged = coded
        damaged[20] ^= 0xFF
        #expect(try outcome(header, damaged).failure?.kind == .malformed)
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 30 << 20))
        #expect(bomb.count < 1 << 20)
        #expect(try outcome(header, bomb).verdict == Verdict(.tooLarge, bytesLeft: true))
    }

    @Test func `a header value that is no UTF-8 keeps its bytes`() throws {
        let name: [UInt8] = [0xB2, 0xE2, 0xCA, 0xD4]
        let value = Array("attachment; filename=".utf8) + name
        let server = try ScriptedServer { peer in
            peer.readRequest()
            peer.write(
                Array("HTTP/1.1 200 OK\r\nContent-Disposition: ".utf8) + value
                    + Array("\r\nB: 微信\r\nC: a\r\n ".utf8) + name + Array("\r\nContent-Length: 0\r\n\r\n".utf8)
            )
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let reply = try #require(
            transport.exchange(UpstreamRequest(method: "GET", origin: server.origin, target: "/")).reply
        )
        #expect(reply.headers[0].rawValue == value)
        #expect(reply.headers[0].value.hasPrefix("attachment; filename="))
        #expect(reply.headers[1] == HeaderField("B", "微信"))
        #expect(reply.headers[2].rawValue == Array("a ".utf8) + name)
    }
}
