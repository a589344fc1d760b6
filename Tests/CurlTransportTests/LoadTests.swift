import Dispatch
import Synchronization
import Testing
import WeirPorts

@testable import CurlTransport

/// Many at once, limits, and the end.
@Suite struct LoadTests {
    private func request(_ server: ScriptedServer, _ target: String = "/", size: Int = 450) -> UpstreamRequest {
        UpstreamRequest(
            method: "POST",
            origin: server.origin,
            target: target,
            headers: [HeaderField("Content-Type", "application/json")],
            body: [UInt8](repeating: 65, count: size),
            timeout: .seconds(60),
            connectTimeout: .seconds(30)
        )
    }

    @Test func `256 at once all complete`() throws {
        let all = Gate(256)
        let server = try ScriptedServer { peer in
            peer.readRequest()
            all.arrive()
            peer.write(RepeatTests.ok)
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let results = transport.exchange(Array(repeating: request(server), count: 256))
        #expect(results.count == 256)
        #expect(results.allSatisfy { $0.reply?.body == Array("ok".utf8) })
        #expect(server.connectionCount == 256)
    }

    @Test func `thousands share a few connections, each with its own reply`() throws {
        let server = try ScriptedServer { peer in
            while let request = peer.readRequest() {
                let name = request.line.split(separator: " ")[1]
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
            }
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 8))
        defer { transport.shutdown() }
        let results = transport.exchange((0..<3000).map { request(server, "/\($0)") })
        #expect(results.indices.allSatisfy { results[$0].reply?.body == Array("/\($0)".utf8) })
        #expect(server.received.count == 3000)
        #expect(server.connectionCount <= 8)
    }

    @Test func `a completion may send again`() throws {
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let request = request(server)
        let done = DispatchSemaphore(value: 0)
        @Sendable func next(_ left: Int) {
            transport.send(request) { result in
                if left > 1, result.reply != nil { next(left - 1) } else { done.signal() }
            }
        }
        next(500)
        done.wait()
        #expect(server.received.count == 500)
        #expect(server.connectionCount == 1)
    }

    @Test func `more than the limit outstanding are refused, and there is room again later`() throws {
        let release = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            while peer.readRequest() != nil {
                release.wait()
                release.signal()
                peer.write(RepeatTests.ok)
            }
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 2, maxOutstanding: 5))
        defer { transport.shutdown() }
        let taken = Collected(count: 5)
        for index in 0..<5 { transport.send(request(server)) { taken.put($0, at: index) } }
        #expect(transport.exchange(request(server)).verdict == Verdict(.shortage, bytesLeft: false))
        release.signal()
        #expect(taken.wait().allSatisfy { $0.reply != nil })
        // The loop tells the inbox of what has ended before it takes more.
        while transport.exchange(request(server)).reply == nil {}
    }

    @Test func `a request that finds no free connection in time left nothing`() throws {
        let server = try ScriptedServer { peer in
            peer.readRequest()
            peer.awaitEnd()
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 1))
        defer { transport.shutdown() }
        transport.send(request(server)) { _ in }
        var waiting = request(server)
        waiting.timeout = .milliseconds(60)
        #expect(transport.exchange(waiting).verdict == Verdict(.shortage, bytesLeft: false))
    }

    @Test func `shutdown cancels what is outstanding and refuses what follows`() throws {
        let arrived = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            peer.readRequest()
            arrived.signal()
            peer.awaitEnd()
            ended.signal()
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 1))
        let outcomes = Collected(count: 3)
        for index in 0..<3 { transport.send(request(server)) { outcomes.put($0, at: index) } }
        arrived.wait()
        transport.shutdown()
        #expect(
            outcomes.wait().map(\.verdict) == [
                Verdict(.cancelled, bytesLeft: true), Verdict(.cancelled, bytesLeft: false),
                Verdict(.cancelled, bytesLeft: false),
            ]
        )
        ended.wait()
        #expect(transport.exchange(request(server)).verdict == Verdict(.cancelled, bytesLeft: false))
        transport.shutdown()
    }

    @Test func `a completion may shut the transport down`() throws {
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport()
        let done = DispatchSemaphore(value: 0)
        transport.send(request(server)) { _ in
            transport.shutdown()
            done.signal()
        }
        done.wait()
        transport.shutdown()
        #expect(transport.exchange(request(server)).verdict == Verdict(.cancelled, bytesLeft: false))
    }

    @Test func `the last owner may let go in a completion`() throws {
        let server = try ScriptedServer.answering()
        let owner = Mutex<CurlTransport?>(try CurlTransport())
        let outcome = Collected(count: 1)
        let request = request(server)
        let transport = owner.withLock { $0 }
        transport?.send(request) { result in
            owner.withLock { $0 = nil }
            outcome.put(result, at: 0)
        }
        #expect(outcome.wait()[0].reply != nil)
    }
}
