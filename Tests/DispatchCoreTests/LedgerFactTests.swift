import GatewaySupport
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Entries of the ledger as they are written and read.
@Suite struct LedgerFactTests {
    private static let noon = MachineHarness.noon
    private static let cause = Cause("errcode 45009, \"quoted\" \u{4F60}\u{597D}", since: noon)
    private static let until = noon + .milliseconds(12_345)

    static let facts: [LedgerFact] = [
        LedgerFact(app: "main", subject: .app, content: .pause, cause: cause),
        LedgerFact(
            app: "main",
            subject: .app,
            content: .hold(.tokenRejected, until: until, interval: .seconds(5)),
            cause: cause
        ),
        LedgerFact(
            app: "main",
            subject: .api(Path.template, group: "message"),
            content: .hold(.account, until: until, interval: .seconds(300)),
            cause: cause
        ),
        LedgerFact(
            app: "-foreign",
            subject: .api("other", group: "other"),
            content: .park(.throttled, until: until, byWallClock: false),
            cause: cause
        ),
        LedgerFact(
            app: "main",
            subject: .path("/brand/new"),
            content: .park(.quotaExhausted, until: until, byWallClock: true),
            cause: cause
        ),
        LedgerFact(
            app: "robot:ops",
            subject: .breaker(host: "https://oapi.dingtalk.com", group: "robot", api: "dingtalk"),
            content: .breaker(.close, openings: 7),
            cause: cause
        ),
    ]

    @Test(arguments: facts.indices)
    func `a fact reads as it was written`(index: Int) throws {
        let fact = LedgerFactTests.facts[index]
        let entry = try #require(fact.entry(at: LedgerFactTests.noon))
        #expect(entry.name == fact.name)
        #expect(LedgerFact(entry) == fact)
    }

    @Test func `no two facts share an entry`() {
        #expect(Set(LedgerFactTests.facts.map(\.name)).count == LedgerFactTests.facts.count)
    }

    static let unreadable: [(String, String)] = [
        ("pause/main", "not JSON"), ("pause/main", "{}"), ("pause/main", #"{"app":"main","why":"x"}"#),
        ("pause/main", #"{"app":"main","why":"x","since":"yesterday"}"#),
        // Another's value.
        ("pause/main", #"{"app":"other","why":"x","since":1}"#),
        ("hold/main", #"{"app":"main","why":"x","since":1,"reason":"account","until":2}"#),
        ("hold/main", #"{"app":"main","why":"x","since":1,"reason":"account","until":2,"interval_ms":-1}"#),
        ("hold/main", #"{"app":"main","why":"x","since":1,"reason":"draining","until":2,"interval_ms":1000}"#),
        // Without the group of its api.
        (
            "park/main/a",
            #"{"app":"main","why":"x","since":1,"api":"a","reason":"throttled","until":2,"wall_clock":true}"#
        ),
        (
            "breaker/main/m/h",
            #"{"app":"main","why":"x","since":1,"host":"h","group":"m","api":"a","mode":"wide","openings":1}"#
        ),
        // A later version's.
        ("quota/main", #"{"app":"main","why":"x","since":1}"#),
    ]

    @Test(arguments: unreadable.indices)
    func `an entry that is damaged or of another kind is none`(index: Int) throws {
        let (name, value) = LedgerFactTests.unreadable[index]
        let entry = try #require(LedgerEntry(name: name, value: Array(value.utf8), at: LedgerFactTests.noon))
        #expect(LedgerFact(entry) == nil)
    }

    @Test func `values beyond all measure are brought within it`() throws {
        let most = Int64.max
        let hold =
            #"{"app":"main","why":"x","since":\#(Int64.min),"reason":"account","until":\#(most),"#
            + #""interval_ms":\#(most)}"#
        let entry = try #require(LedgerEntry(name: "hold/main", value: Array(hold.utf8), at: LedgerFactTests.noon))
        let now = SteadyClock().present(Moment(instant: .zero, timestamp: LedgerFactTests.noon))
        #expect(LedgerFact(entry)?.hold(at: now)?.until == .zero + .seconds(300))
    }

    @Test func `an entry keeps to its limits`() {
        let (noon, value) = (LedgerFactTests.noon, [UInt8](repeating: 7, count: 4096))
        let longest = String(repeating: "n", count: 512)
        #expect(LedgerEntry(name: longest, value: value, at: noon) != nil)
        #expect(LedgerEntry(name: longest + "n", value: value, at: noon) == nil)
        #expect(LedgerEntry(name: longest, value: value + [7], at: noon) == nil)
        #expect(LedgerEntry(name: longest, value: [], at: noon) == nil)
        for name in ["", "a b", "\u{E9}", "a\n"] { #expect(LedgerEntry(name: name, value: value, at: noon) == nil) }
    }

    static let words: [(String?, String)] = [
        (nil, Cause.byOperator), ("", Cause.byOperator), ("  ", Cause.byOperator), ("moving\nhouse", "moving house"),
        (String(repeating: "\u{4F60}", count: 100), String(repeating: "\u{4F60}", count: 66)),
    ]

    @Test(arguments: words.indices)
    func `an operator's words are one short line`(index: Int) {
        #expect(Cause.words(LedgerFactTests.words[index].0) == LedgerFactTests.words[index].1)
    }

    @Test func `a full ledger drops what is over, and then refuses what is new and takes what is known`() {
        var ledger = DispatchLedger()
        let noon = LedgerFactTests.noon
        func fact(_ number: Int, until: Timestamp) -> LedgerFact {
            LedgerFact(
                app: "a\(number)",
                subject: .api("x", group: "other"),
                content: .park(.throttled, until: until, byWallClock: false),
                cause: Cause("errcode 45011", since: noon)
            )
        }
        func write(_ fact: LedgerFact, at now: Timestamp) -> Bool {
            ledger.write(fact, as: fact.name, isUncertain: false, at: now) != nil
        }
        let most = LedgerEntry.mostEntries
        for number in 0..<most {
            let end = noon + .seconds(number < 10 ? 60 : 600)
            guard write(fact(number, until: end), at: noon) else {
                Issue.record("\(number)")
                return
            }
        }
        #expect(!write(fact(most, until: noon + .seconds(600)), at: noon))
        #expect(ledger.takeRefused() == 1)
        #expect(ledger.takeLapsed().isEmpty)
        #expect(write(fact(11, until: noon + .seconds(900)), at: noon))
        let later = noon + .seconds(60)
        for number in 0..<10 { #expect(write(fact(most + number, until: noon + .seconds(600)), at: later)) }
        #expect(!write(fact(most + 10, until: noon + .seconds(600)), at: later))
        #expect(ledger.takeLapsed().count == 10)
        #expect(ledger.count == most)
    }
}
