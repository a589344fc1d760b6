import Resilience
import Synchronization
import TestSupport
import Testing

struct ByteBudgetTests {
    /// What threads see, shared by them.
    private final class Counts: Sendable {
        let granted = Atomic(0)
        let cancelled = Atomic(0)
        let most = Atomic(0)
    }

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
        let holds = [bytes, .max, 1, bytes].map { budget.take($0) }
        #expect(budget.used <= budget.limit)
        let number = budget.wait(for: .max) { $0.release() }
        for hold in holds { hold?.release() }
        #expect(budget.used == 0 && budget.waiting == 0)
        #expect(number.map { budget.cancel($0) } != true)
    }

    @Test func `who needs nothing waits for nothing`() throws {
        let budget = ByteBudget(limit: 10)
        let all = try #require(budget.take(10))
        let line = budget.wait(for: 10) { _ in }
        #expect(line != nil && budget.take(0) != nil)
        let told = Mutex(false)
        #expect(budget.wait(for: 0) { _ in told.withLock { $0 = true } } == nil)
        #expect(told.withLock { $0 })
        all.release()
    }

    @Test func `a hundred thousand who let go at once when they are served need no stack`() throws {
        let budget = ByteBudget(limit: 10)
        let all = try #require(budget.take(10))
        let served = Atomic(0)
        for _ in 0..<100_000 {
            _ = budget.wait(for: 7) { _ in served.add(1, ordering: .relaxed) }
        }
        #expect(budget.waiting == 100_000)
        all.release()
        #expect(served.load(ordering: .relaxed) == 100_000)
        #expect(budget.used == 0 && budget.waiting == 0)
    }

    @Test func `a long line that gives up from anywhere costs no search`() throws {
        let budget = ByteBudget(limit: 10)
        let all = try #require(budget.take(10))
        let order = Mutex<[Int]>([])
        let numbers = (0..<100_000).compactMap { index in
            budget.wait(for: 10) { _ in order.withLock { $0.append(index) } }
        }
        for (index, number) in numbers.enumerated().reversed() where index % 1000 != 500 { budget.cancel(number) }
        #expect(budget.waiting == 100)
        all.release()
        #expect(order.withLock { $0 } == Array(stride(from: 500, to: 100_000, by: 1000)))
    }

    @Test func `who is served may ask again, and goes behind those who wait`() throws {
        let budget = ByteBudget(limit: 10)
        let all = try #require(budget.take(10))
        let order = Mutex<[String]>([])
        _ = budget.wait(for: 10) { hold in
            order.withLock { $0.append("first") }
            _ = budget.wait(for: 10) { _ in order.withLock { $0.append("again") } }
            hold.release()
        }
        _ = budget.wait(for: 10) { _ in order.withLock { $0.append("second") } }
        all.release()
        #expect(order.withLock { $0 } == ["first", "second", "again"])
    }

    @Test func `threads that take, wait, cancel and let go lose and keep no byte`() async {
        let budget = ByteBudget(limit: 1000)
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for seed in 0..<8 as Range<UInt64> {
                group.addTask {
                    var chance = SeededGenerator(seed: seed)
                    for _ in 0..<2000 {
                        let number = budget.wait(for: Int.random(in: 0...1200, using: &chance)) { hold in
                            counts.most.max(budget.used, ordering: .relaxed)
                            counts.granted.add(1, ordering: .relaxed)
                            hold.release()
                        }
                        if Bool.random(using: &chance), let hold = budget.take(900) { hold.release() }
                        if let number, Bool.random(using: &chance), budget.cancel(number) {
                            counts.cancelled.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
        }
        #expect(budget.used == 0 && budget.waiting == 0)
        #expect(counts.granted.load(ordering: .relaxed) + counts.cancelled.load(ordering: .relaxed) == 16_000)
        #expect(counts.most.load(ordering: .relaxed) <= 1000)
    }
}
