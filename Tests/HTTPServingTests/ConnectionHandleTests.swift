import HTTPServing
import Synchronization
import Testing

@Suite struct ConnectionHandleTests {
    @Test func `a caller that hangs up is noticed while its request is handled`() async throws {
        let (hangups, continuation) = AsyncStream<Void>.makeStream()
        let (starts, started) = AsyncStream<Void>.makeStream()
        try await withListener(handler: { request in
            await withCheckedContinuation { waiter in
                request.connection.onHangup {
                    continuation.yield()
                    waiter.resume()
                }
                started.yield()
            }
            return OutgoingReply(status: 200)
        }) { port in
            let peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nok")
            _ = await starts.first { true }
            try await peer.close()
            let noticed: Void? = await hangups.first { true }
            #expect(noticed != nil)
        }
    }

    @Test func `an answered request's action is never run`() async throws {
        let count = Mutex(0)
        let (closings, closed) = AsyncStream<Void>.makeStream()
        try await withListener(handler: { request in
            if request.path == "/last" {
                await withCheckedContinuation { waiter in
                    request.connection.onHangup {
                        closed.yield()
                        waiter.resume()
                    }
                }
            } else {
                request.connection.onHangup { count.withLock { $0 += 1 } }
            }
            return OutgoingReply(status: 200)
        }) { port in
            var peer = try await RawConnection.open(port)
            for _ in 1...3 {
                try await peer.send("GET / HTTP/1.1\r\n\r\n")
                #expect(await peer.answer().status == 200)
            }
            try await peer.send("GET /last HTTP/1.1\r\n\r\n")
            try await peer.close()
            _ = await closings.first { true }
            #expect(count.withLock { $0 } == 0)
        }
    }

    @Test func `an action left after the hang-up runs at once, a cleared one never`() {
        let count = Mutex(0)
        let handle = ConnectionHandle()
        handle.onHangup { count.withLock { $0 += 1 } }
        handle.onHangup { count.withLock { $0 += 10 } }
        handle.clearHangup()
        handle.hangUp()
        #expect(count.withLock { $0 } == 0)
        #expect(handle.isHungUp)
        handle.onHangup { count.withLock { $0 += 100 } }
        handle.hangUp()
        #expect(count.withLock { $0 } == 100)
    }
}
