import Testing

@testable import Dispatching

struct WaitingRoomTests {
    @Test func `one client fills three quarters of the places at the most, and another finds room`() {
        var room = WaitingRoom()
        var taken = 0
        while room.enter("campaign", bytes: 0, maxCalls: 100, maxBytes: 1000) { taken += 1 }
        #expect((74...76).contains(taken))
        let hasRoom = room.enter("orders", bytes: 0, maxCalls: 100, maxBytes: 1000)
        #expect(hasRoom)
        #expect(room.total.calls <= 100)
    }

    @Test func `however many clients there are, the room is never overfull`() {
        var room = WaitingRoom()
        for client in 0..<500 {
            while room.enter("client \(client)", bytes: 20_000, maxCalls: 1000, maxBytes: 1 << 20) {}
        }
        #expect(room.total.calls <= 1000)
        #expect(room.total.bytes <= 1 << 20)
    }

    @Test func `what leaves makes room, and nothing is counted twice`() {
        var room = WaitingRoom()
        for _ in 0..<10 { _ = room.enter("a", bytes: 20_000, maxCalls: 100, maxBytes: 1 << 20) }
        #expect(room.total.calls == 10)
        for _ in 0..<10 { room.leave("a", bytes: 20_000) }
        #expect(room.total == WaitingRoom.Share())
        #expect(room.share(of: "a") == WaitingRoom.Share())
    }
}
