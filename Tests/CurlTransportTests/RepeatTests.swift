import Dispatch
import Resilience
import Synchronization
import Testing
import WeirPorts

@testable import CurlTransport

/// libcurl repeats requests by itself on connections that die; none of that may reach the upstream.
@Suite struct RepeatTests {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    static let requests: [(method: String, size: Int?)] = [
        ("POST", 450), ("POST", 0), ("POST", nil), ("POST", 8 << 10), ("POST", (8 << 10) + 1), ("POST", 300_000),
        ("PUT", 20), ("GET", nil), ("GET", 3), ("HEAD", nil), ("DELETE", nil),
    ]

    private func request(_ server: ScriptedServer, _ method: String, _ size: Int?) -> UpstreamRequest {
        UpstreamRequest(
            method: method,
            origin: server.origin,
            target: "/send?access_token=SECRET",
            body: size.map { [UInt8](repeating: 65, count: $0) }
        )
    }

    @Test(arguments: requests, [false, true])
    func `a request that a warm connection took before it broke is sent once`(
        _ shape: (method: String, size: Int?),
        _ isReset: Bool
    ) throws {
        let server = try ScriptedServer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write(Self.ok)
            peer.readRequest()
            if isReset { peer.reset() }
        }
        let transport = try CurlTransport()
        #expect(transport.exchange(UpstreamRequest(method: "GET", origin: server.origin, target: "/")).reply != nil)
        let result = transport.exchange(request(server, shape.method, shape.size))
        transport.shutdown()
        #expect(result.verdict == Verdict(.reset, bytesLeft: true))
        #expect(server.received.count == 2)
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: requests)
    func `it is not repeated on another warm connection either`(_ shape: (method: String, size: Int?)) throws {
        let both = Gate(2)
        let server = try ScriptedServer { peer in
            guard peer.readRequest() != nil else { return }
            both.arrive()
            peer.write(Self.ok)
            peer.readRequest()
        }
        let transport = try CurlTransport()
        let warm = UpstreamRequest(method: "GET", origin: server.origin, target: "/")
        #expect(transport.exchange([warm, warm]).allSatisfy { $0.reply != nil })
        let result = transport.exchange(request(server, shape.method, shape.size))
        transport.shutdown()
        #expect(result.verdict == Verdict(.reset, bytesLeft: true))
        #expect(server.received.count == 3)
        #expect(server.connectionCount == 2)
    }

    @Test(arguments: requests)
    func `a fresh connection that breaks is no reason to repeat`(_ shape: (method: String, size: Int?)) throws {
        let server = try ScriptedServer { _ = $0.readRequest() }
        let transport = try CurlTransport()
        let result = transport.exchange(request(server, shape.method, shape.size))
        transport.shutdown()
        #expect(result.verdict == Verdict(.reset, bytesLeft: true))
        #expect(server.received.count == 1)
    }

    @Test(arguments: requests, [false, true])
    func `a warm connection that was closed while idle is replaced without harm`(
        _ shape: (method: String, size: Int?),
        _ isReset: Bool
    ) throws {
        let isWarm = DispatchSemaphore(value: 0)
        let isClosed = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write(Self.ok)
            guard peer.number == 1 else { return }
            // Only once the client has read the reply may the connection break.
            isWarm.wait()
            if isReset { peer.reset() } else { peer.close() }
            isClosed.signal()
        }
        let transport = try CurlTransport()
        #expect(transport.exchange(UpstreamRequest(method: "GET", origin: server.origin, target: "/")).reply != nil)
        isWarm.signal()
        isClosed.wait()
        let result = transport.exchange(request(server, shape.method, shape.size))
        transport.shutdown()
        #expect(result.reply != nil)
        #expect(server.received.count == 2)
        #expect(server.connectionCount == 2)
    }

    @Test func `two requests are only ever repeated before anything has left`() throws {
        let exchange = try Exchange(
            CurlConfiguration(),
            sockets: SocketRegistry(),
            inbox: CurlInbox(capacity: 1, multi: MultiHandle(maxConnections: 1)),
            agenda: Agenda(),
            replies: ByteBudget(limit: 1)
        )
        #expect(exchange.maySend())
        #expect(!exchange.bytesLeft)
        #expect(exchange.mayConnect())
        #expect(exchange.maySend())
        exchange.upload = Upload(UpstreamRequest(method: "POST", origin: "http://a", target: "/", body: [1, 2]))
        var byte: UInt8 = 0
        #expect(unsafe withUnsafeMutableBytes(of: &byte) { unsafe exchange.giveBody(to: $0) } == 1)
        #expect(!exchange.mayConnect())
        #expect(!exchange.maySend())
        exchange.reset()
        #expect(exchange.maySend())
    }
}

/// Lets nobody through before `count` have arrived.
final class Gate: Sendable {
    private let missing: Mutex<Int>
    private let open = DispatchSemaphore(value: 0)

    init(_ count: Int) {
        missing = Mutex(count)
    }

    func arrive() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if !isLast { open.wait() }
        open.signal()
    }
}
