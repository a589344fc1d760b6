import Dispatch
import Foundation
import Synchronization
import Testing
import WeirPorts

@testable import CurlTransport

/// Requests that are taken back.
@Suite struct CancelTests {
    private func request(_ server: ScriptedServer, _ signal: CancelSignal, size: Int = 2) -> UpstreamRequest {
        var request = UpstreamRequest(
            method: "POST",
            origin: server.origin,
            target: "/",
            body: [UInt8](repeating: 65, count: size),
            timeout: .seconds(60),
            connectTimeout: .seconds(30)
        )
        request.cancelSignal = signal
        return request
    }

    @Test func `one under way ends with its connection, one that waits leaves the line, the next goes on`() throws {
        let arrived = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            peer.readRequest()
            guard peer.number == 1 else { return peer.write(RepeatTests.ok) }
            arrived.signal()
            peer.awaitEnd()
            ended.signal()
        }
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 1))
        defer { transport.shutdown() }
        let outcomes = Collected(count: 3)
        let signals = [CancelSignal(), CancelSignal(), CancelSignal()]
        for (index, signal) in signals.enumerated() {
            transport.send(request(server, signal)) { outcomes.put($0, at: index) }
        }
        arrived.wait()
        signals[1].cancel()
        signals[0].cancel()
        ended.wait()
        let results = outcomes.wait()
        #expect(results[0].verdict == Verdict(.cancelled, bytesLeft: true))
        #expect(results[1].verdict == Verdict(.cancelled, bytesLeft: false))
        #expect(results[2].reply?.status == 200)
        for signal in signals { signal.cancel() }
        #expect(server.received.count == 2)
    }

    @Test func `a streamed upload is cut off, also while it waits for its caller`() throws {
        let ended = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { peer in
            peer.awaitEnd()
            ended.signal()
        }
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let outcome = Collected(count: 1)
        let signal = CancelSignal()
        let body = PipedBody(length: 100)
        var upload = request(server, signal)
        upload.stream = body
        body.put([1])
        transport.send(upload) { outcome.put($0, at: 0) }
        body.later.wait()
        signal.cancel()
        #expect(outcome.wait()[0].verdict == Verdict(.cancelled, bytesLeft: true))
        ended.wait()
        // Nobody listens any more.
        body.put([2])
    }

    @Test func `one that was taken back before is not sent`() throws {
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let signal = CancelSignal()
        signal.cancel()
        #expect(transport.exchange(request(server, signal)).verdict == Verdict(.cancelled, bytesLeft: false))
        #expect(server.received.isEmpty)
    }

    @Test func `whether it ends or is taken back first, it is completed once`() throws {
        let server = try ScriptedServer.answering()
        let transport = try CurlTransport(configuration: CurlConfiguration(maxConnections: 8))
        let signals = Mutex<[CancelSignal]>([])
        let isOver = Atomic(false)
        let canceller = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while !isOver.load(ordering: .relaxed) {
                for signal in signals.withLock({ $0.removingAll() }) { signal.cancel() }
            }
            canceller.signal()
        }
        let outcomes = Collected(count: 3000)
        let completions = Atomic(0)
        for index in 0..<3000 {
            let signal = CancelSignal()
            transport.send(request(server, signal)) { outcome in
                completions.add(1, ordering: .relaxed)
                outcomes.put(outcome, at: index)
            }
            signals.withLock { $0.append(signal) }
        }
        let results = outcomes.wait()
        isOver.store(true, ordering: .relaxed)
        canceller.wait()
        transport.shutdown()
        #expect(completions.load(ordering: .relaxed) == 3000)
        #expect(results.allSatisfy { $0.reply?.status == 200 || $0.failure?.kind == .cancelled })
    }
}

extension Array {
    fileprivate mutating func removingAll() -> [Element] {
        defer { removeAll() }
        return self
    }
}
