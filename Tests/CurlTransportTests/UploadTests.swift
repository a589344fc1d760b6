import Dispatch
import Foundation
import Testing
import WeirPorts

@testable import CurlTransport

/// Bodies that are sent on while they arrive.
@Suite struct UploadTests {
    private let transport: CurlTransport

    init() throws {
        transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 4))
    }

    private func request(_ server: ScriptedServer, _ stream: any StreamedBody) -> UpstreamRequest {
        var request = UpstreamRequest(
            method: "POST",
            origin: server.origin,
            target: "/",
            timeout: .seconds(60),
            connectTimeout: .seconds(30)
        )
        request.stream = stream
        return request
    }

    @Test func `8 MiB in odd pieces arrive byte for byte, with their length`() throws {
        let server = try ScriptedServer.answering()
        let content = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        let body = PipedBody(length: content.count)
        Thread.detachNewThread {
            var offset = 0
            for size in [1, 65_537, 3, 16_384, 999_983, 7].cycled(until: { offset >= content.count }) {
                body.put(Array(content[offset..<min(offset + size, content.count)]))
                offset += size
            }
        }
        #expect(transport.exchange(request(server, body)).reply?.status == 200)
        let received = try #require(server.received.first)
        #expect(received.header("Content-Length") == "\(content.count)")
        #expect(received.header("Transfer-Encoding") == nil)
        #expect(received.body == content)
        // The connection is as good as before.
        #expect(transport.exchange(request(server, PipedBody(length: 0))).reply?.status == 200)
        #expect(server.received.last?.header("Content-Length") == "0")
        #expect(server.connectionCount == 1)
    }

    @Test func `no wake-up is lost, however close to the pause it comes`() throws {
        let server = try ScriptedServer.answering()
        let body = PipedBody(length: 10_000)
        Thread.detachNewThread {
            for number in 0..<10_000 {
                body.later.wait()
                body.put([UInt8(truncatingIfNeeded: number)])
            }
        }
        #expect(transport.exchange(request(server, body)).reply?.status == 200)
        #expect(server.received.first?.body == (0..<10_000).map { UInt8(truncatingIfNeeded: $0) })
        #expect(transport.exchange(request(server, HastyBody(length: 3000))).reply?.status == 200)
        #expect(server.received.last?.body == (1...3000).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func `a body that breaks off is the caller's failure, and is not sent again`() throws {
        let ended = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            peer.readRequest()
            ended.signal()
        }
        let body = PipedBody(length: 100)
        body.put([1, 2, 3])
        Thread.detachNewThread {
            body.later.wait()
            body.fail()
        }
        #expect(transport.exchange(request(server, body)).verdict == Verdict(.cancelled, bytesLeft: true))
        // The server may take a connection later than the transport lets go of it.
        ended.wait()
        #expect(server.connectionCount == 1)
    }

    @Test func `what reads more or less than it may is no body`() throws {
        struct Odd: StreamedBody {
            let length: Int
            let part: [UInt8]
            func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart { .bytes(part) }
        }
        let server = try ScriptedServer { peer in peer.awaitEnd() }
        for part in [[], [UInt8](repeating: 0, count: 11)] {
            let outcome = transport.exchange(request(server, Odd(length: 10, part: part)))
            #expect(outcome.verdict == Verdict(.cancelled, bytesLeft: true))
        }
        #expect(transport.exchange(request(server, Odd(length: -1, part: []))).failure?.kind == .invalid)
    }

    @Test func `a caller that is too slow runs into the time limit`() throws {
        let server = try ScriptedServer { peer in peer.awaitEnd() }
        var slow = request(server, PipedBody(length: 10))
        slow.timeout = .milliseconds(80)
        #expect(transport.exchange(slow).verdict == Verdict(.timeout, bytesLeft: true))
    }

    static let answers: [(wire: String, status: Int)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"errcode\":40001}", 200),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig", 413),
        ("HTTP/1.1 413 Too Large\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbig\r\n0\r\n\r\n", 413),
        ("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302),
    ]

    @Test(arguments: answers.indices) func `an answer that comes before the body is whole is the reply`(
        _ index: Int
    ) throws {
        let (wire, status) = Self.answers[index]
        let release = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            peer.readHead()
            peer.write(wire)
            // Nothing more is read, as by an upstream that has made up its mind.
            release.wait()
            release.signal()
        }
        defer { release.signal() }
        // One that waits for its caller, one that waits for the upstream, and one that was there from the start.
        #expect(transport.exchange(request(server, PipedBody(length: 100))).reply?.status == status)
        let eager = PipedBody(length: 16 << 20)
        eager.put([UInt8](repeating: 1, count: 16 << 20))
        #expect(transport.exchange(request(server, eager)).reply?.status == status)
        var whole = request(server, eager)
        whole.stream = nil
        whole.body = [UInt8](repeating: 1, count: 16 << 20)
        #expect(transport.exchange(whole).reply?.status == status)
        #expect(server.connectionCount == 3)
    }
}

extension Array {
    /// The elements over and over until `isDone`, asked before each.
    fileprivate func cycled(until isDone: @escaping () -> Bool) -> some Sequence<Element> {
        var index = 0
        return AnyIterator {
            guard !isDone() else { return nil }
            defer { index += 1 }
            return self[index % count]
        }
    }
}
