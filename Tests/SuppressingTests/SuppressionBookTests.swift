import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Suppressing

/// Who is not sent to: how it is learnt, asked for and forgotten, by one journal.
@Suite struct SuppressionBookTests {
    /// A book over a journal in memory.
    final class Stage: SuppressionObserver {
        let journal: MemoryJournal
        let time = ManualTimeSource()
        private let told = Mutex<[String]>([])

        init(_ model: JournalModel = JournalModel()) {
            journal = MemoryJournal(model)
        }

        func suppressed(app: String, because label: String) {
            told.withLock { $0.append("\(app) \(label)") }
        }

        var refusals: [String] { told.withLock { $0 } }

        func book(_ policy: SuppressionPolicy = SuppressionPolicy(), limit: Int = 100) -> SuppressionBook {
            SuppressionBook(
                [
                    "main": SuppressionTerms(policy, hearsUsers: true),
                    "other": SuppressionTerms(policy, hearsUsers: false),
                ],
                journal: journal,
                observer: self,
                time: time,
                limit: limit
            )
        }
    }

    private static func body(_ recipient: String = "o-1", template: String = "T") -> [UInt8] {
        Array(#"{"touser":"\#(recipient)","template_id":"\#(template)","data":{}}"#.utf8)
    }

    private func learn(
        _ book: SuppressionBook,
        _ errcode: Int,
        _ type: MessageType = .template,
        _ body: [UInt8] = body(),
        app: String = "main"
    ) async throws {
        let new = try #require(book.suppression(app: app, type, body, errcode: errcode))
        _ = try await book.append([.suppress(new)])
    }

    @Test func `what WeChat refused once is found for its app, recipient and type, and for no other`() async throws {
        let stage = Stage()
        let book = stage.book()
        #expect(book.isClear(app: "main"))
        try await learn(book, 43004)
        let now = stage.time.timestamp()
        let found = try #require(book.find(app: "main", .template, Self.body(), at: now))
        #expect(found.errcode == 43004)
        #expect(found.until - now >= .seconds(30 * 86_400) && found.until - now <= .seconds(30 * 86_400 + 1))
        #expect(book.find(app: "main", .custom, Self.body(), at: now) == found)
        #expect(book.find(app: "main", .subscribe, Self.body(), at: now) == nil)
        #expect(book.find(app: "main", .template, Self.body("o-2"), at: now) == nil)
        #expect(book.find(app: "other", .template, Self.body(), at: now) == nil)
        #expect(book.find(app: "main", .template, Self.body(), at: found.until) == nil)
        #expect(!book.isClear(app: "main") && book.isClear(app: "other"))
        #expect(book.counts == ["main": 1])
    }

    @Test func `a consent that is spent stops its template alone, and a new one lifts it`() async throws {
        let stage = Stage()
        let book = stage.book()
        try await learn(book, 43101, .subscribe)
        let now = stage.time.timestamp()
        #expect(book.find(app: "main", .subscribe, Self.body(), at: now)?.errcode == 43101)
        #expect(book.find(app: "main", .subscribe, Self.body(template: "U"), at: now) == nil)
        #expect(book.lifts(app: "main", recipient: "o-1", [.spoke, .accepted(template: "U")]).isEmpty)
        let lifts = book.lifts(app: "main", recipient: "o-1", [.accepted(template: "T")])
        #expect(lifts.map(\.summary) == ["lift"])
        _ = try await book.append(lifts)
        #expect(book.find(app: "main", .subscribe, Self.body(), at: now) == nil && book.isClear(app: "main"))
        // Nobody tells the other app of a consent.
        try await learn(book, 43101, .subscribe, app: "other")
        let unheard = try #require(book.find(app: "other", .subscribe, Self.body(), at: now))
        #expect(unheard.until - now <= SuppressionRule.longestUnheard + .seconds(1))
    }

    @Test func `who follows, or writes, is sent to again`() async throws {
        let stage = Stage()
        let book = stage.book()
        for (sign, errcode, type) in [
            (UserSign.followed, 43004, MessageType.template), (.followed, 43101, .template), (.spoke, 45015, .custom),
            (.spoke, 48002, .template), (.followed, 45047, .custom),
        ] {
            try await learn(book, errcode, type)
            #expect(book.lifts(app: "main", recipient: "o-2", [.spoke]).isEmpty)
            _ = try await book.append(book.lifts(app: "main", recipient: "o-1", [sign]))
            #expect(book.find(app: "main", type, Self.body(), at: stage.time.timestamp()) == nil, "\(errcode)")
            // What is refused minutes later is refused anew.
            stage.time.advance(by: RecentSigns.kept * 2)
        }
        // An app with nothing to lift writes nothing.
        #expect(book.lifts(app: "other", recipient: "o-1", [.followed]).isEmpty)
        #expect(book.lifts(app: "main", recipient: "", [.followed]).isEmpty)
    }

    @Test func `an answer that comes after the user's return does not suppress them`() async throws {
        let stage = Stage()
        let book = stage.book()
        #expect(book.lifts(app: "main", recipient: "o-1", [.accepted(template: "T")]).isEmpty)
        #expect(book.suppression(app: "main", .template, Self.body(), errcode: 43101) == nil)
        #expect(book.suppression(app: "main", .template, Self.body(template: "U"), errcode: 43101) != nil)
        #expect(book.suppression(app: "main", .template, Self.body("o-2"), errcode: 43101) != nil)
        #expect(book.suppression(app: "main", .template, Self.body(), errcode: 43004) != nil, "a consent is no follow")
        stage.time.advance(by: RecentSigns.kept * 2)
        #expect(book.suppression(app: "main", .template, Self.body(), errcode: 43101) != nil)
    }

    @Test func `a type that is off is neither learnt from nor refused`() async throws {
        let stage = Stage()
        let book = stage.book()
        try await learn(book, 43004)
        var policy = SuppressionPolicy()
        policy.template = false
        policy.lasts = .seconds(60)
        book.reload(["main": SuppressionTerms(policy, hearsUsers: true)])
        let now = stage.time.timestamp()
        #expect(book.find(app: "main", .template, Self.body(), at: now) == nil)
        #expect(book.suppression(app: "main", .template, Self.body(), errcode: 43004) == nil)
        #expect(book.find(app: "main", .custom, Self.body(), at: now) != nil)
        let custom = book.suppression(app: "main", .custom, Self.body(), errcode: 45015)
        #expect(custom?.until == now + .seconds(60))
        #expect(book.suppression(app: "gone", .custom, Self.body(), errcode: 45015) == nil)
        #expect(book.suppression(app: "main", .custom, Self.body(), errcode: 40003) == nil)
        #expect(book.suppression(app: "main", .custom, Array("{".utf8), errcode: 43004) == nil)
    }

    @Test func `a blocked receipt stops all messages, one of a subscription those of its template`() {
        let book = Stage().book()
        let whole = book.suppression(byReceiptOf: [.template], app: "main", recipient: "o-1", template: nil)
        #expect(whole?.reach == .everything && whole?.errcode == nil)
        let types = [MessageType.subscribe, .miniProgram]
        let one = book.suppression(byReceiptOf: types, app: "main", recipient: "o-1", template: "T")
        #expect(one?.reach == .template("T"))
        #expect(book.suppression(byReceiptOf: types, app: "main", recipient: "o-1", template: nil) == nil)
        #expect(book.suppression(byReceiptOf: [.mass], app: "main", recipient: "o-1", template: nil) == nil)
        #expect(book.suppression(byReceiptOf: [.template], app: "main", recipient: "", template: nil) == nil)
    }

    @Test func `the next process knows what is in force, and the oldest go when there are too many`() async throws {
        let stage = Stage()
        let book = stage.book(limit: 3)
        for number in 0..<5 { try await learn(book, 43004, .template, Self.body("o-\(number)")) }
        stage.journal.settle()
        #expect(book.counts == ["main": 3])
        let now = stage.time.timestamp()
        let found = (0..<5).map { book.find(app: "main", .template, Self.body("o-\($0)"), at: now) != nil }
        #expect(found == [false, false, true, true, true])
        let next = Stage(stage.journal.model)
        let later = next.book(limit: 2)
        try later.restore()
        #expect(later.counts == ["main": 3])
        later.keepHouse()
        next.journal.settle()
        #expect(later.counts == ["main": 2])
        #expect(later.find(app: "main", .template, Self.body("o-2"), at: now) == nil)
        #expect(try await later.list(apps: nil, recipient: nil, before: nil, limit: 10).suppressions.count == 2)
    }

    @Test func `what is over leaves the memory, a part at a time`() async throws {
        let stage = Stage()
        let book = stage.book()
        for number in 0..<50 { try await learn(book, 45015, .custom, Self.body("o-\(number)")) }
        #expect(book.counts == ["main": 50])
        stage.time.advance(by: .seconds(48 * 3600 + 1))
        for _ in 0..<SuppressionSet.partCount { book.keepHouse() }
        #expect(book.counts == ["main": 0] && book.isClear(app: "main"))
    }

    @Test func `nothing is known that the journal could not take`() async throws {
        let stage = Stage()
        let book = stage.book()
        stage.journal.fail(with: .full("no room"))
        await #expect(throws: JournalError.self) { try await learn(book, 43004) }
        #expect(book.isClear(app: "main"))
        stage.journal.fail(with: nil)
        try await learn(book, 43004)
        stage.journal.fail(with: .full("no room"))
        await #expect(throws: JournalError.self) { _ = try await book.lift(app: "main", recipient: "o-1") }
        #expect(!book.isClear(app: "main"))
        stage.journal.fail(with: nil)
        #expect(try await book.lift(app: "main", recipient: "o-1").map(\.errcode) == [43004])
        #expect(try await book.lift(app: "main", recipient: "o-1") == [])
    }

    @Test func `a refusal is told with its reason, which names nobody`() {
        let stage = Stage()
        let book = stage.book()
        let until = Timestamp(milliseconds: 1_795_190_400_000)
        book.refused(SuppressedRecipient(errcode: 43004, until: until), app: "main")
        book.refused(SuppressedRecipient(errcode: nil, until: until), app: "main")
        #expect(stage.refusals == ["main 43004", "main blocked"])
        let reason = SuppressedRecipient(errcode: 43004, until: until).reason
        #expect(
            reason
                == "recipient suppressed: recipient does not follow the account (43004), until 2026-11-20T16:00:00.000Z"
        )
    }
}
