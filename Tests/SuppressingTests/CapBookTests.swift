import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Suppressing

/// How many messages a recipient gets a day.
@Suite struct CapBookTests {
    private static let rules: [String: [CapRule]] = [
        "main": [CapRule(.template, per: .template, limit: 2), CapRule(.template, per: .recipient, limit: 3)]
    ]

    private static func body(_ recipient: String = "o-1", template: String = "T") -> [UInt8] {
        Array(#"{"touser":"\#(recipient)","template_id":"\#(template)","data":{}}"#.utf8)
    }

    private let journal = MemoryJournal()
    private let time = ManualTimeSource()

    private func book(_ rules: [String: [CapRule]] = rules, limit: Int = 100) -> CapBook {
        CapBook(rules, journal: journal, time: time, limit: limit)
    }

    /// Counts so many, as messages that are accepted, and says how many were let in.
    private func accept(_ count: Int, _ book: CapBook, _ body: [UInt8] = body()) async throws -> Int {
        var taken = 0
        for _ in 0..<count {
            guard let ticket = try? book.take(app: "main", .template, body) else { continue }
            try await journal.append(ticket.writes)
            taken += 1
        }
        return taken
    }

    @Test func `each cap counts what it is about, and the lowest holds`() async throws {
        let book = book()
        #expect(try await accept(5, book) == 2)
        #expect(try await accept(5, book, Self.body(template: "U")) == 1)
        #expect(try await accept(5, book, Self.body("o-2")) == 2)
        do {
            _ = try book.take(app: "main", .template, Self.body())
            Issue.record("it was let in")
        } catch {
            #expect(error.rule.limit == 2 && error.until == ChinaTime.nextMidnight(after: time.timestamp()))
            #expect(error.reason.contains("2 template messages of this template") && !error.reason.contains("o-1"))
        }
    }

    @Test func `other types, other apps, and what has no one recipient are not counted`() throws {
        let book = book()
        for _ in 0..<5 {
            #expect(try book.take(app: "other", .template, Self.body()) == nil)
            #expect(try book.take(app: "main", .custom, Self.body()) == nil)
            #expect(try book.take(app: "main", .template, Array("{}".utf8)) == nil)
        }
        #expect(book.count == 0)
    }

    @Test func `Shanghai's midnight begins at nothing, and a clock that is set back does not bring the day back`()
        async throws
    {
        let book = book()
        #expect(try await accept(5, book) == 2)
        let day = ChinaTime.nextMidnight(after: time.timestamp()) - time.timestamp()
        time.advance(by: day - .milliseconds(1))
        #expect(try await accept(1, book) == 0)
        time.advance(by: .milliseconds(1))
        #expect(try await accept(5, book) == 2)
        time.stepWallClock(by: .zero - .seconds(3600))
        #expect(try await accept(1, book) == 0)
    }

    @Test func `a clock that was a week ahead and is set right caps nobody for a week`() async throws {
        let book = book()
        time.stepWallClock(by: .seconds(7 * 86_400))
        #expect(try await accept(5, book) == 2)
        time.stepWallClock(by: .zero - .seconds(7 * 86_400))
        #expect(try await accept(5, book) == 2)
    }

    @Test func `a new process knows what was accepted, and not what was not`() async throws {
        let first = book()
        #expect(try await accept(1, first) == 1)
        // Never accepted.
        _ = try first.take(app: "main", .template, Self.body())
        let second = book()
        try second.restore()
        #expect(try await accept(5, second) == 1)
    }

    @Test func `what was not accepted is given back`() throws {
        let book = book()
        for _ in 0..<10 {
            let ticket = try #require(try book.take(app: "main", .template, Self.body()))
            book.giveBack(ticket)
        }
        #expect(book.count == 0)
        let ticket = try #require(try book.take(app: "main", .template, Self.body()))
        time.advance(by: .seconds(86_400))
        _ = try book.take(app: "main", .template, Self.body())
        // Of a day that is over.
        book.giveBack(ticket)
        #expect(book.count == 2)
    }

    @Test func `beyond the bound nothing further is counted, and goes`() async throws {
        let book = book(limit: 4)
        for number in 0..<10 { #expect(try await accept(1, book, Self.body("o-\(number)")) == 1) }
        #expect(book.count == 4)
        #expect(try await accept(5, book, Self.body("o-0")) == 1)
        #expect(try await accept(5, book, Self.body("o-9")) == 5)
    }

    @Test func `a reload changes the limit and keeps what was counted`() async throws {
        let book = book()
        #expect(try await accept(5, book) == 2)
        book.reload(["main": [CapRule(.template, per: .template, limit: 4)]])
        #expect(try await accept(5, book) == 2)
        book.reload(["main": []])
        #expect(!book.isUsed)
        #expect(try book.take(app: "main", .template, Self.body()) == nil)
    }
}
