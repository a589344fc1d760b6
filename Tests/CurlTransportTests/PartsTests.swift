import Testing
import WeirPorts

@testable import CurlTransport

@Suite struct PartsTests {
    private func call(_ timeout: Duration, at start: ContinuousClock.Instant) -> Call {
        let request = UpstreamRequest(method: "GET", origin: "http://a", target: "/", timeout: timeout)
        return Call(number: 1, request: request, url: "http://a/", completion: { _ in }, handedOver: start)
    }

    @Test(arguments: [
        (Duration.zero, 1), (.seconds(-5), 1), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2),
        (.seconds(5), 5000), (.seconds(Int64.max / 2), 1_000_000_000),
    ])
    func `milliseconds are rounded up and never none`(_ duration: Duration, _ expected: Int) {
        #expect(duration.roundedMilliseconds == expected)
    }

    @Test func `the line is first come, first served, and calls leave it when their time is over`() {
        let start = ContinuousClock.now
        var line = WaitingLine()
        #expect(line.popFirst() == nil)
        for seconds in 1...5000 { line.append(call(.seconds(seconds), at: start)) }
        #expect(line.nextDeadline == start.advanced(by: .seconds(1)))
        #expect(line.popFirst()?.request.timeout == .seconds(1))
        #expect(
            line.removeExpired(at: start.advanced(by: .seconds(3))).map(\.request.timeout) == [
                .seconds(2), .seconds(3),
            ]
        )
        #expect(line.remove { $0.request.timeout == .seconds(4) }.count == 1)
        #expect(line.remove { _ in false }.isEmpty)
        for seconds in 5...5000 { #expect(line.popFirst()?.request.timeout == .seconds(seconds)) }
        #expect(line.isEmpty)
        #expect(line.nextDeadline == nil)
    }

    @Test func `header lists are kept up to a limit`() throws {
        var cache = HeaderListCache()
        let kept = cache.list(for: [HeaderField("A", "b")])
        let first = try #require(kept)
        #expect(cache.list(for: [HeaderField("A", "b")]) === first)
        for number in 0..<(HeaderListCache.capacity * 3) {
            #expect(cache.list(for: [HeaderField("A", "\(number)")]) != nil)
            #expect(cache.lists.count <= HeaderListCache.capacity)
        }
        #expect(cache.list(for: [HeaderField("A", "b")]) !== first)
    }

    @Test func `a multiplexed connection is dead when nothing came back since the request was sent`() {
        let start = ContinuousClock.now
        var watch = MultiplexWatch()
        #expect(watch.isDead(1, since: start))
        watch.replied(on: 1, at: start.advanced(by: .seconds(1)))
        #expect(!watch.isDead(1, since: start))
        #expect(watch.isDead(1, since: start.advanced(by: .seconds(2))))
        #expect(watch.isDead(2, since: start))
        for port in 0...MultiplexWatch.capacity { watch.replied(on: port, at: start) }
        #expect(watch.count <= MultiplexWatch.capacity)
    }

    @Test func `a folded header line belongs to the one before`() {
        var head = ReplyHead()
        for line in ["HTTP/1.1 200 OK\r\n", "A: b\r\n", "  c\r\n", "no colon\r\n", "\r\n", "Late: trailer\r\n"] {
            let isTaken = unsafe Array(line.utf8).withUnsafeBufferPointer { unsafe head.take($0) }
            #expect(isTaken)
        }
        #expect(head.status == 200)
        #expect(head.fields() == [HeaderField("A", "b c")])
    }
}
