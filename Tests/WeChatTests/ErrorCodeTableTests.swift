import TestSupport
import Testing
import WeChat

@Suite struct ErrorCodeTableTests {
    private static let template = APICatalog.descriptor(method: "POST", path: "/cgi-bin/message/template/send")
    private static let token = APICatalog.descriptor(method: "POST", path: "/cgi-bin/stable_token")
    private static let menu = APICatalog.descriptor(method: "POST", path: "/cgi-bin/menu/create")
    private static let sns = APICatalog.descriptor(method: "GET", path: "/sns/userinfo")

    struct Row: Sendable, CustomTestStringConvertible {
        var code: Int
        var outcome: Outcome
        var scope: ErrorScope
        var breaker: BreakerEffect
        var wait = WaitHint.none
        var testDescription: String { "\(code)" }
    }

    static let rows: [Row] = [
        Row(code: -1, outcome: .transient, scope: .api, breaker: .failure),
        Row(code: -1000, outcome: .transient, scope: .api, breaker: .failure),
        Row(code: 61450, outcome: .transient, scope: .api, breaker: .failure),
        Row(code: 9_001_002, outcome: .transient, scope: .api, breaker: .failure),
        Row(code: 43108, outcome: .transient, scope: .recipient, breaker: .success),
        Row(code: 0, outcome: .accepted, scope: .message, breaker: .success),
        Row(code: 45065, outcome: .accepted, scope: .message, breaker: .success),
        Row(code: 40001, outcome: .tokenRejected, scope: .app, breaker: .ignored),
        Row(code: 40014, outcome: .tokenRejected, scope: .app, breaker: .ignored),
        Row(code: 42001, outcome: .tokenRejected, scope: .app, breaker: .ignored),
        Row(code: 45009, outcome: .quotaExhausted, scope: .api, breaker: .ignored, wait: .midnight),
        Row(code: 45028, outcome: .quotaExhausted, scope: .api, breaker: .success, wait: .midnight),
        Row(code: 43100, outcome: .quotaExhausted, scope: .app, breaker: .success, wait: .midnight),
        Row(code: 48006, outcome: .quotaExhausted, scope: .app, breaker: .success, wait: .midnight),
        Row(code: 45011, outcome: .throttled, scope: .api, breaker: .ignored, wait: .nextMinute),
        Row(code: 44991, outcome: .throttled, scope: .api, breaker: .ignored, wait: .nextMinute),
        Row(code: 42010, outcome: .throttled, scope: .api, breaker: .success, wait: .seconds(60)),
        Row(code: 45066, outcome: .throttled, scope: .message, breaker: .success, wait: .seconds(60)),
        Row(code: 40241, outcome: .throttled, scope: .recipient, breaker: .success, wait: .seconds(60)),
        Row(code: 43117, outcome: .throttled, scope: .recipient, breaker: .success, wait: .seconds(3600)),
        Row(code: 40003, outcome: .recipient, scope: .recipient, breaker: .success),
        Row(code: 43004, outcome: .recipient, scope: .recipient, breaker: .success),
        Row(code: 43101, outcome: .recipient, scope: .recipientTemplate, breaker: .success),
        Row(code: 45015, outcome: .recipient, scope: .recipient, breaker: .success),
        Row(code: 45047, outcome: .recipient, scope: .recipient, breaker: .success),
        Row(code: 70000, outcome: .recipient, scope: .recipient, breaker: .success),
        Row(code: 40037, outcome: .request, scope: .template, breaker: .success),
        Row(code: 47003, outcome: .request, scope: .message, breaker: .success),
        Row(code: 40066, outcome: .request, scope: .api, breaker: .success),
        Row(code: 45026, outcome: .request, scope: .app, breaker: .success),
        Row(code: 61454, outcome: .request, scope: .message, breaker: .success),
        Row(code: 65309, outcome: .request, scope: .message, breaker: .success),
        Row(code: 200_019, outcome: .request, scope: .message, breaker: .success),
        Row(code: 40013, outcome: .account, scope: .app, breaker: .ignored),
        Row(code: 40125, outcome: .account, scope: .app, breaker: .ignored),
        Row(code: 40164, outcome: .account, scope: .app, breaker: .ignored),
        Row(code: 50007, outcome: .account, scope: .app, breaker: .ignored),
        Row(code: 89503, outcome: .account, scope: .app, breaker: .ignored),
        Row(code: 48001, outcome: .account, scope: .api, breaker: .success),
        Row(code: 43116, outcome: .account, scope: .template, breaker: .success),
        Row(code: 50002, outcome: .account, scope: .app, breaker: .success),
        Row(code: 89504, outcome: .account, scope: .message, breaker: .success),
    ]

    @Test(arguments: rows)
    func `a code means what its class says`(_ row: Row) {
        let entry = ErrorCodeTable.entry(row.code, on: Self.menu)
        #expect(entry.code == row.code)
        #expect(entry.outcome == row.outcome)
        #expect(entry.scope == row.scope)
        #expect(entry.breaker == row.breaker)
        #expect(entry.wait == row.wait)
        #expect(ErrorCodeTable.isKnown(row.code))
    }

    @Test func `every outcome but unknown has a code`() {
        let outcomes = Set(Self.rows.map(\.outcome))
        #expect(outcomes == Set(Outcome.allCases).subtracting([.unknown]))
        #expect(Set(ErrorCodeTable.all.map(\.outcome)) == outcomes)
    }

    @Test(arguments: [1, 99999, -2, .max, .min, 990_001])
    func `an unknown code is a permanent error of the request`(_ code: Int) {
        let entry = ErrorCodeTable.entry(code, on: Self.template)
        #expect(entry.outcome == .request)
        #expect(entry.breaker == .success)
        #expect(entry.wait == .none)
        #expect(!ErrorCodeTable.isKnown(code))
    }

    @Test func `where a code depends on the call, the call decides`() {
        #expect(ErrorCodeTable.entry(40001, on: Self.template).outcome == .tokenRejected)
        #expect(ErrorCodeTable.entry(40001, on: Self.token).outcome == .account)
        #expect(ErrorCodeTable.entry(40001, on: Self.token).breaker == .ignored)
        #expect(ErrorCodeTable.entry(40013, on: Self.template).outcome == .request)
        #expect(ErrorCodeTable.entry(40013, on: Self.token).outcome == .account)
        #expect(ErrorCodeTable.entry(40013, on: Self.menu).outcome == .account)
    }

    @Test func `no error of a user's token speaks about the account`() {
        for row in ErrorCodeTable.all {
            let outcome = ErrorCodeTable.entry(row.code, on: Self.sns).outcome
            #expect(outcome != .account && outcome != .tokenRejected)
        }
    }

    @Test func `what nothing in a call can draw proves something about the account`() {
        let proofs = ErrorCodeTable.all.filter(\.provesAccount)
        #expect(
            proofs.map(\.code).sorted() == [
                40164, 40243, 43107, 45035, 50004, 50007, 61004, 89501, 89503, 89506, 89507, 200_011,
            ]
        )
        #expect(proofs.allSatisfy { $0.scope == .app && $0.outcome == .account })
    }

    @Test(arguments: [40001, 40014, 42001, 40002, 40013, 40125, 41002, 41004, 50002, 61003, 200_100, 48001, -1, 0, 7])
    func `what a body or a query can draw proves nothing about the account`(_ code: Int) {
        for api in [Self.template, Self.token, Self.menu, Self.sns] {
            #expect(!ErrorCodeTable.entry(code, on: api).provesAccount)
        }
    }

    @Test(arguments: [40164, 50007, 89503]) func `on a user's own token no code proves anything`(_ code: Int) {
        #expect(!ErrorCodeTable.entry(code, on: Self.sns).provesAccount)
        let body = Array("{\"errcode\":\(code)}".utf8)
        let onMenu = ReplyClassifier().classify(status: 200, contentType: nil, body: body, api: Self.menu)
        #expect(onMenu.provesAccount && onMenu.scope == .app)
        #expect(!ReplyClassifier().classify(status: 200, contentType: nil, body: body, api: Self.sns).provesAccount)
    }

    @Test func `no code stands twice and each has a short meaning`() {
        #expect(Set(ErrorCodeTable.all.map(\.code)).count == ErrorCodeTable.all.count)
        #expect(ErrorCodeTable.all.count > 200)
        for row in ErrorCodeTable.all {
            #expect((2...60).contains(row.meaning.count) && row.meaning.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test func `only a sick upstream counts against the breaker`() {
        let failures = ErrorCodeTable.all.filter { $0.breaker == .failure }.map(\.code)
        #expect(failures.sorted() == [-1000, -1, 61450, 9_001_002])
    }

    @Test func `ranges are whole`() {
        for code in Array(45001...45008) + Array(61451...61457) + Array(65301...65317) + Array(200_016...200_022) {
            #expect(ErrorCodeTable.isKnown(code))
        }
        #expect(ErrorCodeTable.all.filter(\.isDuplicateOnRepeat).map(\.code) == [40241])
    }

    // MARK: Against what WeChat says

    @Test func `the table is what WeChat's pages and the tables of SDKs say, row by row`() throws {
        let page = try Checkout.text("Tests/Fixtures/errcodes.tsv")
        let written = page.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let rows = ErrorCodeTable.all.map { row in
            "\(row.code)\t\(row.outcome.rawValue)\t\(row.scope.word)\t\(row.breaker.rawValue)"
        }
        #expect(Set(rows) == Set(written.map(String.init)))
    }

    // MARK: Words

    @Test func `every row says in two languages what it means and what to do`() {
        for row in ErrorCodeTable.all {
            #expect(row.meaning(in: .english).utf8.allSatisfy { $0 < 0x80 }, "\(row.code)")
            #expect(row.meaning(in: .chinese).unicodeScalars.contains { $0.value > 0x4E00 }, "\(row.code)")
            for language in WordLanguage.allCases {
                let texts = [row.advice(in: language), row.repetition.text(in: language)]
                for text in texts {
                    #expect((4...160).contains(text.count), "\(row.code): \(text)")
                    #expect(text.hasSuffix(language == .english ? "." : "。"), "\(row.code): \(text)")
                    #expect(text.unicodeScalars.contains { $0.value > 0x4E00 } == (language == .chinese), "\(text)")
                }
            }
            #expect((row.fault == nil) == (row.outcome == .accepted), "\(row.code)")
        }
    }

    @Test func `whether a code is repeated follows from what becomes of the attempt`() {
        let repeated = ErrorCodeTable.all.filter(\.repetition.isRepeated)
        for row in repeated { #expect(![.accepted, .recipient, .request].contains(row.outcome), "\(row.code)") }
        #expect(ErrorCodeTable.entry(45009).repetition == .midnight)
        #expect(ErrorCodeTable.entry(45011).repetition == .nextMinute)
        #expect(ErrorCodeTable.entry(45066).repetition == .alone(seconds: 60))
        #expect(ErrorCodeTable.entry(42010).repetition == .lane(seconds: 60))
        #expect(ErrorCodeTable.entry(48001).repetition == .untilActed)
        #expect(ErrorCodeTable.entry(89504).repetition == .never)
        #expect(ErrorCodeTable.entry(-1).repetition == .byClass)
        #expect(ErrorCodeTable.entry(42001).repetition == .withToken)
        #expect(ErrorCodeTable.entry(0).repetition == .notNeeded)
    }

    @Test func `Weir's own codes are told as its own`() {
        #expect(ErrorCodeAnswer(990_003).text(in: .english).contains("not WeChat's"))
        #expect(ErrorCodeAnswer(990_003).isKnown && !ErrorCodeTable.isKnown(990_003))
    }

    @Test(arguments: [1, 99999, .max]) func `of a code that nobody knows nothing is made up`(_ code: Int) {
        let entry = ErrorCodeTable.entry(code)
        #expect(entry.fault == nil && entry.repetition == .never)
        let answer = ErrorCodeAnswer(code)
        #expect(!answer.isKnown && answer.text(in: .english).contains("unknown errcode"))
    }
}
