import Dispatch
import Foundation
import Resilience
import Synchronization
import Testing
import WeirPorts

@testable import CurlTransport

/// The memory that all replies share.
@Suite struct BudgetTests {
    private static let size = 300_000

    private func server(_ head: String = "Content-Length: \(size)\r\n\r\n") throws -> ScriptedServer {
        try ScriptedServer { peer in
            repeat {
                guard peer.readRequest() != nil else { return }
                peer.write("HTTP/1.1 200 OK\r\n" + head)
                peer.write([UInt8](repeating: 7, count: Self.size))
            } while head.hasPrefix("Content-Length")
        }
    }

    private func request(_ server: ScriptedServer, timeout: Duration = .seconds(60)) -> UpstreamRequest {
        UpstreamRequest(
            method: "GET",
            origin: server.origin,
            target: "/",
            timeout: timeout,
            connectTimeout: .seconds(30),
            replyLimit: 600_000
        )
    }

    private func transport(_ budget: Int) throws -> CurlTransport {
        try CurlTransport(configuration: CurlConfiguration(replyBudget: budget))
    }

    @Test func `a reply that finds no room is read on when others are let go of`() throws {
        let server = try server()
        let transport = try transport(1_000_000)
        defer { transport.shutdown() }
        let kept = Mutex(transport.exchange(Array(repeating: request(server), count: 3)))
        #expect(transport.replies.used == 3 * Self.size)
        let outcome = Collected(count: 1)
        transport.send(request(server)) { outcome.put($0, at: 0) }
        while transport.replies.waiting == 0 { sched_yield() }
        kept.withLock { $0 = [] }
        #expect(outcome.wait()[0].reply?.body == [UInt8](repeating: 7, count: Self.size))
    }

    @Test func `one that finds none in time is nobody's failure, and leaves nothing behind`() throws {
        let server = try server()
        let transport = try transport(Self.size)
        defer { transport.shutdown() }
        var kept: UpstreamReply? = transport.exchange(request(server)).reply
        #expect(kept?.hold?.bytes == Self.size)
        for _ in 0..<3 {
            let late = transport.exchange(request(server, timeout: .milliseconds(800)))
            #expect(late.verdict == Verdict(.shortage, bytesLeft: true))
            #expect(late.failure?.kind.isEvidence == false)
        }
        #expect(transport.replies.waiting == 0)
        kept = nil
        #expect(transport.exchange(request(server)).reply?.body.count == Self.size)
        while transport.replies.used > 0 { sched_yield() }
    }

    @Test func `one that is taken back while it waits leaves nothing behind`() throws {
        let server = try server()
        let transport = try transport(Self.size)
        defer { transport.shutdown() }
        let kept = transport.exchange(request(server)).reply
        let signal = CancelSignal()
        var waiting = request(server)
        waiting.cancelSignal = signal
        let outcome = Collected(count: 1)
        transport.send(waiting) { outcome.put($0, at: 0) }
        while transport.replies.waiting == 0 { sched_yield() }
        signal.cancel()
        #expect(outcome.wait()[0].verdict == Verdict(.cancelled, bytesLeft: true))
        #expect(transport.replies.waiting == 0)
        #expect(transport.replies.used == kept?.hold?.bytes)
    }

    @Test func `one of unknown length takes all that it may become at once, and gives back what it did not`() throws {
        let server = try server("\r\n")
        let transport = try transport(1_000_000)
        defer { transport.shutdown() }
        let reply = try #require(transport.exchange(request(server)).reply)
        #expect(reply.body.count == Self.size)
        #expect(reply.hold?.bytes == Self.size)
        #expect(transport.replies.used == Self.size)
        // 600,000 don't fit twice into what is left.
        let released = Collected(count: 4)
        for index in 0..<4 {
            transport.send(request(server)) { outcome in
                var whole = UpstreamReply(status: outcome.reply?.status ?? 0)
                whole.body = Array(outcome.reply?.body.prefix(1) ?? [])
                released.put(.success(whole), at: index)
            }
        }
        #expect(released.wait().allSatisfy { $0.reply?.body == [7] })
        while transport.replies.used > Self.size { sched_yield() }
    }

    @Test func `two hundred at once pass in turn within the budget`() throws {
        let server = try server()
        let transport = try transport(4 * Self.size)
        defer { transport.shutdown() }
        let most = Atomic(0)
        let done = DispatchSemaphore(value: 0)
        let whole = Atomic(0)
        for _ in 0..<200 {
            transport.send(request(server)) { outcome in
                most.max(transport.replies.used, ordering: .relaxed)
                if outcome.reply?.body.count == Self.size { whole.add(1, ordering: .relaxed) }
                // Somebody reads it slowly.
                DispatchQueue.global().async {
                    withExtendedLifetime(outcome) {}
                    done.signal()
                }
            }
        }
        for _ in 0..<200 { done.wait() }
        #expect(whole.load(ordering: .relaxed) == 200)
        #expect(most.load(ordering: .relaxed) <= 4 * Self.size)
        while transport.replies.used > 0 { sched_yield() }
    }

    @Test func `small replies take nothing, and one larger than the budget takes all of it`() throws {
        let small = try ScriptedServer.answering()
        let transport = try transport(1)
        defer { transport.shutdown() }
        let reply = try #require(transport.exchange(request(small)).reply)
        #expect(reply.hold == nil && transport.replies.used == 0)
        let server = try server()
        let large = try #require(transport.exchange(request(server)).reply)
        #expect(large.hold?.bytes == 1)
    }
}
