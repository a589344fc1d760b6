import Queueing
import Resilience
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import Operating

/// Which operations there may be, what becomes of them, and how the ledger keeps them.
@Suite struct OperationBookTests {
    private static let now = Timestamp(milliseconds: 1_795_190_400_000)

    private static func operation(
        _ number: UInt64,
        _ kind: BulkOperation.Kind = .redrive,
        _ filter: OperationFilter = OperationFilter(),
        reason: String = "again",
        matched: Int = 10
    ) -> BulkOperation {
        var forecast = OperationForecast()
        forecast.matched = matched
        let request = OperationRequest(kind, filter, who: "alice", reason: reason)
        return BulkOperation(JobID(rawValue: number), request, forecast: forecast, at: now)
    }

    private static func full(_ count: Int = OperationBook.mostOpen) throws -> OperationBook {
        var book = OperationBook()
        for number in 0..<count { _ = try book.add(operation(UInt64(number))) }
        return book
    }

    @Test func `so many may be open, and no more until one has ended`() throws {
        var book = try Self.full()
        #expect(throws: OperationBook.Refusal.tooMany) { try book.add(Self.operation(99)) }
        book.update(try book.obey(.pause, JobID(rawValue: 3), at: Self.now))
        #expect(throws: OperationBook.Refusal.tooMany) { try book.checkRoom() }
        book.update(try book.obey(.stop, JobID(rawValue: 3), at: Self.now))
        #expect(try book.add(Self.operation(99)) == [])
        #expect(book.open.count == OperationBook.mostOpen)
    }

    @Test func `of those that have ended the oldest are forgotten, and never one that is open`() throws {
        var book = OperationBook()
        _ = try book.add(Self.operation(0))
        for number in 1..<UInt64(OperationBook.mostKept) {
            _ = try book.add(Self.operation(number))
            book.update(try book.obey(.stop, JobID(rawValue: number), at: Self.now))
        }
        let gone = try book.add(Self.operation(1_000))
        #expect(gone.map(\.id.rawValue) == [1])
        #expect(book.all.count == OperationBook.mostKept && book[JobID(rawValue: 0)] != nil)
        // What was forgotten does not come back with its worker's last word.
        book.update(gone[0])
        #expect(book[JobID(rawValue: 1)] == nil)
    }

    private static let moves: [(BulkOperation.State, OperationBook.Order, BulkOperation.State?)] = [
        (.running, .pause, .paused), (.running, .resume, .running),
        (.running, .stop, .stopped), (.paused, .pause, .paused), (.paused, .resume, .running),
        (.paused, .stop, .stopped), (.stopped, .stop, .stopped), (.stopped, .resume, nil), (.stopped, .pause, nil),
        (.done, .stop, nil), (.done, .resume, nil),
    ]

    @Test(arguments: moves)
    func `an order moves what is open, and nothing that has ended`(
        _ state: BulkOperation.State,
        _ order: OperationBook.Order,
        _ expected: BulkOperation.State?
    ) throws {
        var book = OperationBook()
        _ = try book.add(Self.operation(1))
        book.update(Self.operation(1).moved(to: state, at: Self.now))
        guard let expected else {
            #expect(throws: OperationBook.Refusal.over(state)) {
                try book.obey(order, JobID(rawValue: 1), at: Self.now)
            }
            return
        }
        let moved = try book.obey(order, JobID(rawValue: 1), at: Self.now)
        #expect(moved.state == expected && (moved.endedAt != nil) == !expected.isOpen)
        #expect(throws: OperationBook.Refusal.unknown) { try book.obey(order, JobID(rawValue: 2), at: Self.now) }
    }

    @Test func `the ledger brings back what it was given, at the longest, too`() throws {
        var filter = OperationFilter()
        let name = String(repeating: "\u{1}", count: OperationFilter.longestName)
        (filter.app, filter.client, filter.type) = (name, name, .miniProgram)
        (filter.states, filter.errcode) = ([.dead, .failed], -1)
        filter.search = MessageSearch(template: name, text: String(repeating: "\"", count: MessageSearch.longestText))
        (filter.since, filter.until) = (Self.now, Self.now + .seconds(1))
        var operation = Self.operation(
            .max,
            .redrive,
            filter,
            reason: String(repeating: "\\", count: 200),
            matched: .max
        )
        operation = operation.met(downTo: JobID(rawValue: 7), (3, 4)).moved(to: .done, at: Self.now + .seconds(9))
        let entry = try #require(operation.entry(at: Self.now))
        let read = try #require(BulkOperation(entry))
        #expect(read == operation)
        #expect(BulkOperation(try #require(LedgerEntry(name: "operation/x", value: [1], at: Self.now))) == nil)
        #expect(BulkOperation(try #require(LedgerEntry(name: "pause/main", value: entry.value, at: Self.now))) == nil)
    }

    @Test func `what is left and when it ends follow from what was met`() {
        let operation = Self.operation(9, matched: 100).met(downTo: JobID(rawValue: 5), (30, 20))
        #expect(operation.left == 50 && operation.cursor == JobID(rawValue: 5))
        #expect(operation.expectedEnd(at: Self.now) == Self.now + .seconds(1))
        #expect(operation.moved(to: .paused, at: Self.now).expectedEnd(at: Self.now) == nil)
        #expect(operation.moved(to: .stopped, at: Self.now).left == 0)
        #expect(operation.met(downTo: JobID(rawValue: 6), (0, 0)).cursor == JobID(rawValue: 5))
    }

    @Test(arguments: [
        (RateLimit(permits: 50, per: .seconds(1), burst: 50), 5),
        (RateLimit(permits: 1, per: .seconds(1), burst: 1), 1),
        (RateLimit(permits: 10_000, per: .seconds(1), burst: 9), 100),
        (RateLimit(permits: 600, per: .seconds(60), burst: 10), 1),
        (RateLimit(permits: 7, per: .seconds(86_400), burst: 1), 1),
    ])
    func `a rate has a small burst`(_ rate: RateLimit, _ burst: Int) {
        let paced = OperationRate.paced(rate)
        #expect(paced == RateLimit(permits: rate.permits, per: rate.per, burst: burst))
    }

    @Test func `quotas are known together where each is`() {
        var forecast = OperationForecast()
        #expect(forecast.quotaLeft == nil && forecast.quotaNeeded == 0)
        typealias Quota = OperationForecast.Quota
        forecast.quotas = [
            Quota(app: "a", api: "x", needed: 3, left: 10), Quota(app: "b", api: "x", needed: 4, left: 1),
        ]
        #expect(forecast.quotaNeeded == 7 && forecast.quotaLeft == 11)
        forecast.quotas.append(Quota(app: "b", api: "y", needed: 1, left: nil))
        #expect(forecast.quotaNeeded == 8 && forecast.quotaLeft == nil)
    }
}
