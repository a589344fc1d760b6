import Resilience
import Synchronization
import Testing

struct ByteBudgetTests {
    @Test func `what is held never passes the limit, and a release makes room`() throws {
        let budget = ByteBudget(limit: 100)
        let first = try #require(budget.take(60))
        #expect(budget.take(41) == nil)
        let second = try #require(budget.take(40))
        #expect(budget.used == 100)
        first.release()
        first.release()
        #expect(budget.used == 40)
        second.release()
        #expect(budget.used == 0)
    }

    @Test func `a hold that nobody keeps is given back`() {
        let budget = ByteBudget(limit: 10)
        do { _ = budget.take(10) }
        #expect(budget.used == 0)
    }

    @Test func `those who wait are served in order, and nobody overtakes them`() throws {
        let budget = ByteBudget(limit: 100)
        let first = try #require(budget.take(80))
        let served = Mutex<[(Int, ByteHold)]>([])
        _ = budget.wait(for: 90) { hold in served.withLock { $0.append((1, hold)) } }
        _ = budget.wait(for: 5) { hold in served.withLock { $0.append((2, hold)) } }
        #expect(budget.take(1) == nil)
        #expect(budget.waiting == 2)
        first.release()
        #expect(served.withLock { $0.map(\.0) } == [1, 2])
        #expect(budget.used == 95)
        served.withLock { $0.removeAll() }
        #expect(budget.used == 0)
    }

    @Test func `who gives up waiting no longer stands in the way of those behind`() throws {
        let budget = ByteBudget(limit: 100)
        let first = try #require(budget.take(50))
        let served = Mutex<[ByteHold]>([])
        let id = try #require(budget.wait(for: 60) { hold in served.withLock { $0.append(hold) } })
        _ = budget.wait(for: 50) { hold in served.withLock { $0.append(hold) } }
        #expect(budget.cancel(id))
        #expect(!budget.cancel(id))
        #expect(served.withLock { $0.map(\.bytes) } == [50])
        first.release()
        #expect(budget.used == 50)
    }

    @Test func `one that needs more than all gets all`() throws {
        let budget = ByteBudget(limit: 10)
        let hold = try #require(budget.take(1000))
        #expect(hold.bytes == 10)
        #expect(budget.take(1) == nil)
        hold.release()
        #expect(budget.used == 0)
    }

    @Test(arguments: [-5, 0, Int.min, Int.max]) func `no number of bytes is a trap`(_ bytes: Int) {
        let budget = ByteBudget(limit: bytes)
        let hold = budget.take(bytes)
        #expect(budget.used <= budget.limit)
        hold?.release()
        #expect(budget.used == 0)
    }
}
