import Testing

@testable import SQLiteJournal

@Suite struct ListTurnsTests {
    /// The turns of listings whose tickets are numbers.
    private final class Bench {
        var turns: ListTurns<Int>

        init(connections: Int, perClient: Int = 99, of all: Int = 99) {
            turns = ListTurns(connections: connections, maximumWaiting: all, maximumWaitingPerClient: perClient)
        }

        /// The connection of whoever begins at once.
        func enter(_ client: String?, _ ticket: Int) -> Int? {
            if case .start(let start) = turns.enter(client, ticket) { return start.connection }
            return nil
        }

        func isRefused(_ client: String?, _ ticket: Int) -> Bool {
            if case .refused = turns.enter(client, ticket) { return true }
            return false
        }
    }

    @Test func `a client has one connection at a time, the other one is for whoever else comes`() throws {
        let bench = Bench(connections: 2)
        #expect(bench.enter("a", 1) != nil)
        #expect(bench.enter("a", 2) == nil)
        #expect(bench.enter("a", 3) == nil)
        #expect(bench.enter("b", 4) != nil)
    }

    @Test func `those who wait have a page each in turn, however many one of them asks for`() throws {
        let bench = Bench(connections: 1)
        var connection = try #require(bench.enter("a", 0))
        for ticket in 1...4 { #expect(bench.enter("a", ticket) == nil) }
        for ticket in 10...11 { #expect(bench.enter("b", ticket) == nil) }
        #expect(bench.enter(nil, 20) == nil)
        var order: [Int] = []
        var owner: [Int: String?] = [1: "a", 2: "a", 3: "a", 4: "a", 10: "b", 11: "b", 20: nil]
        var client: String? = "a"
        while let start = bench.turns.leave(client, connection).first {
            order.append(start.ticket)
            client = owner.removeValue(forKey: start.ticket) ?? nil
            connection = start.connection
        }
        #expect(order == [1, 10, 20, 2, 11, 3, 4])
    }

    @Test func `beyond what may wait, of one client and of all, listings are refused`() {
        let bench = Bench(connections: 1, perClient: 2, of: 3)
        #expect(bench.enter("a", 0) != nil)
        #expect(!bench.isRefused("a", 1))
        #expect(!bench.isRefused("a", 2))
        #expect(bench.isRefused("a", 3))
        #expect(!bench.isRefused("b", 4))
        #expect(bench.isRefused("c", 5))
    }

    @Test func `while listings are held nobody begins, and then all who can`() throws {
        let bench = Bench(connections: 2)
        let connection = try #require(bench.enter("a", 0))
        bench.turns.hold()
        #expect(bench.enter("b", 1) == nil)
        #expect(bench.enter("c", 2) == nil)
        #expect(bench.turns.leave("a", connection).isEmpty)
        #expect(bench.turns.goOn().map(\.ticket) == [1, 2])
    }
}
