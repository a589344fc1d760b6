import Testing
import Timekeeping
import WeirPorts

@testable import Budgeting

/// What the ledger keeps of budgets.
@Suite struct BudgetFactTests {
    private static let key = BudgetKey(client: "orders", app: "main", api: "/cgi-bin/message/template/send")
    private static let time = BudgetMachineTests.midnight

    static let facts: [BudgetFact] = [
        .used(key, count: 17, since: BudgetMachineTests.noon, dayEnds: time),
        .used(BudgetKey(client: "a", app: "*", api: "*"), count: 0, since: time, dayEnds: time),
        .raise(key, BudgetRaise(limit: 30_000, until: time, reason: "a \"sale\"\n")),
    ]

    @Test(arguments: facts)
    func `a fact is read as it was written`(fact: BudgetFact) throws {
        let entry = try #require(fact.entry(at: Self.time))
        #expect(BudgetFact(entry) == fact && BudgetFact.isName(entry.name))
    }

    @Test func `what an earlier version wrote counts from when it was written`() throws {
        let json = #"{"client":"orders","app":"main","api":"x","used":3,"until":\#(Self.time.milliseconds)}"#
        let entry = LedgerEntry(name: "budget/orders/main/x", value: Array(json.utf8), at: BudgetMachineTests.noon)
        let key = BudgetKey(client: "orders", app: "main", api: "x")
        let fact = BudgetFact.used(key, count: 3, since: BudgetMachineTests.noon, dayEnds: Self.time)
        #expect(BudgetFact(try #require(entry)) == fact)
    }

    /// Names and values that no version wrote.
    static let strange: [(name: String, value: String)] = [
        ("budget/orders/main/x", "not JSON"), ("budget/orders/main/x", "{}"),
        ("budget/orders/main/x", #"{"client":"orders","app":"main","api":"y","used":1,"until":1}"#),
        ("budget/orders/main/x", #"{"client":"orders","app":"main","api":"x","used":-1,"until":1}"#),
        ("budget/orders/main/x", #"{"client":"orders","app":"main","api":"x","until":1}"#),
        ("raise/orders/main/x", #"{"client":"orders","app":"main","api":"x","limit":0,"until":1,"why":"w"}"#),
        ("raise/orders/main/x", #"{"client":"orders","app":"main","api":"x","limit":9999999999999,"until":1}"#),
        ("quota/orders/main/x", #"{"client":"orders","app":"main","api":"x","used":1,"until":1}"#),
    ]

    @Test(arguments: strange)
    func `a damaged entry is none`(name: String, value: String) throws {
        let entry = try #require(LedgerEntry(name: name, value: Array(value.utf8), at: Self.time))
        #expect(BudgetFact(entry) == nil)
    }
}
