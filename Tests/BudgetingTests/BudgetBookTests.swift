import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import Budgeting

/// Budgets over a journal in memory: what a crash leaves of them.
@Suite struct BudgetBookTests {
    final class Stage: BudgetObserver {
        let journal: MemoryJournal
        let time = ManualTimeSource(timestamp: BudgetMachineTests.noon)
        private let told = Mutex<[BudgetNews.Kind]>([])

        init(_ model: JournalModel = JournalModel(), isManual: Bool = false) {
            journal = MemoryJournal(model, isManual: isManual)
        }

        func observe(_ news: BudgetNews) { told.withLock { $0.append(news.kind) } }

        var kinds: [BudgetNews.Kind] { told.withLock { $0 } }

        func book(_ limit: Int, mode: BudgetConfiguration.Mode = .enforce) throws -> BudgetBook {
            let budgets = ["orders": [BudgetMachineTests.budget(limit, mode: mode)]]
            let book = BudgetBook(budgets, journal: journal, observer: self, time: time)
            _ = book.takeBack(try journal.ledger())
            return book
        }
    }

    /// - Returns: whether it may go.
    private func charge(_ book: BudgetBook, needsJournal: Bool = true) async -> Bool {
        let api = BudgetMachineTests.template
        let charge = try? await book.charge(client: "orders", app: "main", api: api, needsJournal: needsJournal)
        return charge != nil
    }

    private func charge(_ book: BudgetBook, times: Int) async -> Int {
        var count = 0
        for _ in 0..<times where await charge(book) { count += 1 }
        return count
    }

    private func used(_ book: BudgetBook) -> Int { book.standings()[0].used }

    /// A limit, how many go before the process is killed, and how much a crash may cost at most: a hundredth.
    static let crashes: [(limit: Int, before: Int, lost: Int)] = [
        (1, 0, 0), (1, 1, 0), (10, 7, 0), (100, 60, 0), (150, 149, 0), (1000, 1, 9), (1000, 555, 9), (1000, 1000, 0),
        (100_000, 1234, 999),
    ]

    @Test(arguments: crashes)
    func `over a kill no more go than the limit, and a hundredth less at the most`(
        limit: Int,
        before: Int,
        lost: Int
    ) async throws {
        let stage = Stage()
        #expect(await charge(try stage.book(limit), times: before) == before)
        stage.journal.settle()
        // Nothing is said to the old book: it is gone.
        let book = try stage.book(limit)
        #expect(before...before + lost ~= used(book))
        guard limit <= 1000 else { return }
        let after = await charge(book, times: limit + 1)
        #expect(limit - lost...limit ~= before + after)
        #expect(used(book) == limit)
    }

    @Test func `a process that ends in peace loses nothing of a block`() async throws {
        let stage = Stage()
        let first = try stage.book(1000)
        _ = await charge(first, times: 3)
        await first.settle()
        #expect(used(try stage.book(1000)) == 3)
        await first.settle()
        #expect(await charge(first))
        stage.journal.settle()
        #expect(used(try stage.book(1000)) >= 4)
    }

    private func giveBack(_ book: BudgetBook, times: Int, at time: Timestamp = BudgetMachineTests.noon) {
        let api = BudgetMachineTests.template
        for _ in 0..<times { book.giveBack(BudgetCharge(client: "orders", app: "main", api: api, at: time)) }
    }

    @Test(arguments: [2, 100, 1000])
    func `what was given back is written down within a second, and a kill does not charge it again`(
        limit: Int
    ) async throws {
        let stage = Stage()
        let book = try stage.book(limit)
        #expect(await charge(book, times: limit) == limit)
        giveBack(book, times: limit)
        // A journal that fails is told again.
        stage.journal.fail(with: .full("no room"))
        book.keepHouse()
        stage.journal.settle()
        stage.journal.fail(with: nil)
        book.keepHouse()
        stage.journal.settle()
        let next = try stage.book(limit)
        #expect(used(next) < max(1, limit / 100))
        let appends = stage.journal.appends.count
        book.keepHouse()
        #expect(stage.journal.appends.count == appends)
        #expect(limit - limit / 100...limit ~= (await charge(next, times: limit + 1)))
    }

    @Test func `over restarts a budget is given back what it counted, and not what went before it or without it`()
        async throws
    {
        let stage = Stage()
        let before = stage.time.timestamp()
        stage.time.advance(by: .seconds(10))
        let (counted, first) = (stage.time.timestamp(), try stage.book(10))
        #expect(await charge(first, times: 3) == 3)
        stage.journal.settle()
        stage.time.advance(by: .seconds(10))
        let second = try stage.book(10)
        giveBack(second, times: 2, at: before)
        #expect(used(second) == 3)
        giveBack(second, times: 1, at: counted)
        #expect(used(second) == 2)
        // A process without the budget: what goes then is nobody's, also where the next one has it again.
        second.keepHouse()
        stage.journal.settle()
        let none = BudgetBook([:], journal: stage.journal, observer: stage, time: stage.time)
        _ = none.takeBack(try stage.journal.ledger())
        stage.time.advance(by: .seconds(10))
        let uncounted = stage.time.timestamp()
        none.keepHouse()
        stage.journal.settle()
        stage.time.advance(by: .seconds(10))
        let third = try stage.book(10)
        giveBack(third, times: 2, at: uncounted)
        #expect(used(third) == 2)
        #expect(await charge(third))
        giveBack(third, times: 1, at: stage.time.timestamp())
        #expect(used(third) == 2)
    }

    @Test func `a count on its way to the disk proves nothing when a lower one follows it`() async throws {
        let stage = Stage(isManual: true)
        let book = try stage.book(10)
        async let first = charge(book)
        while stage.journal.status().pendingWrites < 1 { await Task.yield() }
        giveBack(book, times: 1)
        book.keepHouse()
        // The count of 1 is written, then that of 0: the next one is on disk before it goes.
        stage.journal.commitOne()
        #expect(await first)
        async let second = charge(book)
        while stage.journal.status().pendingWrites < 2 { await Task.yield() }
        stage.journal.commitOne()
        #expect(used(try stage.book(10)) == 0)
        stage.journal.commit()
        #expect(await second)
        #expect(used(try stage.book(10)) == 1)
    }

    @Test func `nothing goes before its count is on disk, and several wait together`() async throws {
        let stage = Stage(isManual: true)
        let book = try stage.book(10)
        async let first = charge(book)
        async let second = charge(book)
        while stage.journal.status().pendingWrites < 2 { await Task.yield() }
        #expect(try stage.book(10).standings()[0].used == 0)
        while stage.journal.status().pendingWrites > 0 { stage.journal.commit() }
        let both = await [first, second]
        #expect(both == [true, true])
        #expect(used(try stage.book(10)) == 2)
    }

    @Test func `while the journal can't be written messages don't go and cost nothing, and calls go uncounted on disk`()
        async throws
    {
        let stage = Stage()
        let book = try stage.book(10)
        stage.journal.fail(with: .full("no room"))
        #expect(await charge(book) == false)
        #expect(used(book) == 0)
        #expect(await charge(book, needsJournal: false))
        #expect(used(book) == 1)
        #expect(used(try stage.book(10)) == 0)
        stage.journal.fail(with: nil)
        // The next count that is written has it, too.
        #expect(await charge(book))
        #expect(used(try stage.book(10)) == 2)
    }

    @Test func `a disk that hangs holds a relayed call up for a moment only, and its count stays`() async throws {
        let stage = Stage(isManual: true)
        let book = try stage.book(10)
        async let goes = charge(book, needsJournal: false)
        await stage.time.waitForSleepers(1)
        stage.time.advance(by: BudgetBook.patience)
        #expect(await goes)
        #expect(used(book) == 1)
        stage.journal.commit()
        #expect(used(try stage.book(10)) == 1)
        // Where the disk answers in time, nobody waits longer.
        async let next = charge(book, needsJournal: false)
        while stage.journal.status().pendingWrites == 0 { await Task.yield() }
        stage.journal.commit()
        #expect(await next)
    }

    @Test func `a shadow waits for no disk, and is counted ahead as well`() async throws {
        let stage = Stage(isManual: true)
        let book = try stage.book(2, mode: .shadow)
        #expect(await charge(book, times: 4) == 4)
        #expect(stage.kinds == [.softPassed, .usedUp, .wouldRefuse, .wouldRefuse])
        while stage.journal.status().pendingWrites > 0 { stage.journal.commit() }
        #expect(used(try stage.book(2)) == 4)
    }

    @Test func `a raise outlives the process until its end, and then leaves nothing`() async throws {
        let stage = Stage()
        let book = try stage.book(2)
        let raise = BudgetRaise(limit: 5, until: stage.time.timestamp() + .seconds(60), reason: "sale")
        let raised = try await book.raise(client: "orders", app: nil, api: "*", to: raise)
        #expect(raised.isKept && raised.standing.limit == 5)
        let next = try stage.book(2)
        #expect(next.standings()[0].raise == raise)
        #expect(await charge(next, times: 6) == 5)
        stage.time.advance(by: .seconds(60))
        next.keepHouse()
        stage.journal.settle()
        #expect(try stage.journal.ledger().map(\.name) == ["budget/orders/*/*"])
        #expect(try stage.book(2).standings()[0].limit == 2)
    }

    @Test func `of raises that come together the last one is the last on disk, too`() async throws {
        let stage = Stage()
        let book = try stage.book(2)
        let until = stage.time.timestamp() + .seconds(60)
        await withTaskGroup(of: Void.self) { group in
            for limit in 3..<100 {
                group.addTask {
                    let raise = BudgetRaise(limit: limit, until: until, reason: "")
                    _ = try? await book.raise(client: "orders", app: nil, api: "*", to: raise)
                }
            }
        }
        #expect(try stage.book(2).standings()[0].limit == book.standings()[0].limit)
    }

    @Test func `what is yesterday's is not today's`() async throws {
        let stage = Stage()
        _ = await charge(try stage.book(2), times: 2)
        stage.time.advance(by: .seconds(86_400))
        let book = try stage.book(2)
        #expect(used(book) == 0)
        #expect(await charge(book, times: 3) == 2)
    }

    @Test func `without budgets nothing is asked, written or told`() async throws {
        let stage = Stage()
        let book = BudgetBook([:], journal: stage.journal, observer: stage, time: stage.time)
        #expect(book.isIdle && book.standings() == [])
        #expect(await charge(book) == false)
        await book.settle()
        #expect(stage.journal.status().writes == 0 && stage.kinds.isEmpty)
    }
}
