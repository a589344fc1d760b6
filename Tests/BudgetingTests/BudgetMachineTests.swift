import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import Budgeting

/// What a budget lets through, without a journal.
@Suite struct BudgetMachineTests {
    static let noon = Timestamp(milliseconds: 1_795_233_600_000)
    static let midnight = ChinaTime.nextMidnight(after: noon)
    static let template = "/cgi-bin/message/template/send"
    static let custom = "/cgi-bin/message/custom/send"

    static func budget(
        _ limit: Int,
        app: String? = nil,
        api: String? = nil,
        mode: BudgetConfiguration.Mode = .enforce
    ) -> BudgetConfiguration {
        var budget = BudgetConfiguration(limit: limit)
        (budget.app, budget.api, budget.mode) = (app, api, mode)
        return budget
    }

    private func machine(_ budgets: [BudgetConfiguration], client: String = "orders") -> BudgetMachine {
        var machine = BudgetMachine()
        machine.configure([client: budgets], at: Self.noon)
        return machine
    }

    private func charge(
        _ machine: inout BudgetMachine,
        client: String = "orders",
        app: String = "main",
        api: String = template,
        at now: Timestamp = noon
    ) -> String {
        switch machine.charge(client: client, app: app, api: api, at: now) {
        case .free: "free"
        case .taken: "taken"
        case .refused(let budget): "refused by \(budget.app) \(budget.api)"
        }
    }

    @Test func `so many go as the limit says, and the rest is refused until midnight in Shanghai`() {
        var machine = machine([Self.budget(3)])
        #expect((0..<3).map { _ in charge(&machine) } == ["taken", "taken", "taken"])
        #expect(charge(&machine) == "refused by * *")
        let before = Timestamp(milliseconds: Self.midnight.milliseconds - 1)
        #expect(charge(&machine, at: before) == "refused by * *")
        let full = machine.standings(at: before)[0]
        #expect(full.used == 3 && full.left == 0 && full.refused == 2 && full.resetsAt == Self.midnight)
        #expect(charge(&machine, at: Self.midnight) == "taken")
        let fresh = machine.standings(at: Self.midnight)[0]
        #expect(fresh.used == 1 && fresh.refused == 0 && fresh.resetsAt == Self.midnight + .seconds(86_400))
    }

    /// App and api of a budget, and whether a template message of `main` counts in it.
    static let places: [(app: String?, api: String?, counts: Bool)] = [
        (nil, nil, true), ("main", nil, true), (nil, template, true), ("main", template, true),
        ("other", nil, false), (nil, custom, false), ("main", custom, false), ("other", template, false),
    ]

    @Test(arguments: places)
    func `a call counts where app and api are its own, or are not named`(app: String?, api: String?, counts: Bool) {
        var machine = machine([Self.budget(1, app: app, api: api)])
        #expect(charge(&machine) == (counts ? "taken" : "free"))
        #expect(machine.standings(at: Self.noon)[0].used == (counts ? 1 : 0))
        #expect(charge(&machine, client: "billing") == "free")
    }

    @Test func `of several budgets all must allow: it is taken from all or from none`() {
        var machine = machine([Self.budget(5), Self.budget(2, api: Self.template)])
        #expect((0..<3).map { _ in charge(&machine) } == ["taken", "taken", "refused by * \(Self.template)"])
        #expect(machine.standings(at: Self.noon).map(\.used) == [2, 2])
        #expect(
            (0..<4).map { _ in charge(&machine, api: Self.custom) } == ["taken", "taken", "taken", "refused by * *"]
        )
        #expect(machine.standings(at: Self.noon).map(\.used) == [5, 2])
    }

    @Test func `a shadow lets everything go, counts what it would refuse, and never stands in another's way`() {
        var machine = machine([Self.budget(1, mode: .shadow), Self.budget(3, api: Self.template)])
        let all = (0..<4).map { _ in charge(&machine) }
        #expect(all == ["taken", "taken", "taken", "refused by * \(Self.template)"])
        let shadow = machine.standings(at: Self.noon)[0]
        #expect(shadow.used == 3 && shadow.left == 0 && shadow.refused == 2 && shadow.usedRatio == 3)
        let kinds = machine.takeNews().map(\.kind)
        #expect(kinds.count { $0 == .wouldRefuse } == 2 && kinds.count { $0 == .refused } == 1)
    }

    @Test func `the soft limit and the end are told once a day`() {
        var machine = machine([Self.budget(10)])
        var kinds: [BudgetNews.Kind] = []
        for _ in 0..<12 {
            _ = charge(&machine)
            kinds += machine.takeNews().map(\.kind)
        }
        #expect(kinds == [.softPassed, .usedUp, .refused, .refused])
        _ = charge(&machine, at: Self.midnight)
        #expect(machine.takeNews() == [])
    }

    @Test func `what is given back and taken again at the line is told once, and written once`() {
        var machine = machine([Self.budget(1000)])
        for _ in 0..<1000 { _ = charge(&machine) }
        #expect(machine.takeNews().map(\.kind) == [.softPassed, .usedUp])
        for mark in machine.takeMarks() { machine.written([mark], succeeded: true) }
        for _ in 0..<300 {
            machine.giveBack(client: "orders", app: "main", api: Self.template, takenAt: Self.noon, at: Self.noon)
        }
        for _ in 0..<300 { _ = charge(&machine) }
        for _ in 0..<50 {
            machine.giveBack(client: "orders", app: "main", api: Self.template, takenAt: Self.noon, at: Self.noon)
            _ = charge(&machine)
        }
        #expect(machine.takeNews().isEmpty && machine.takeMarks().isEmpty)
        // Another limit is another line.
        let raise = BudgetRaise(limit: 1001, until: Self.midnight, reason: "")
        _ = try? machine.raise(client: "orders", app: nil, api: "*", to: raise, at: Self.noon)
        _ = charge(&machine)
        #expect(machine.takeNews().map(\.kind) == [.raised, .usedUp])
        for _ in 0..<1000 { _ = charge(&machine, at: Self.midnight) }
        #expect(machine.takeNews().map(\.kind) == [.raiseEnded, .softPassed, .usedUp])
    }

    @Test func `what WeChat was not asked for is given back, but not what another day or configuration has counted`() {
        var machine = machine([Self.budget(2)])
        for _ in 0..<2 { _ = charge(&machine) }
        func giveBack(takenAt time: Timestamp, at now: Timestamp = Self.noon) {
            machine.giveBack(client: "orders", app: "main", api: Self.template, takenAt: time, at: now)
        }
        giveBack(takenAt: Timestamp(milliseconds: Self.noon.milliseconds - 1))
        #expect(charge(&machine) == "refused by * *")
        giveBack(takenAt: Self.noon)
        #expect(charge(&machine) == "taken")
        giveBack(takenAt: Self.noon, at: Self.midnight)
        #expect(machine.standings(at: Self.midnight)[0].used == 0)
        giveBack(takenAt: Self.midnight, at: Self.midnight)
        #expect(machine.standings(at: Self.midnight)[0].used == 0)
    }

    @Test func `a clock that is set back over midnight gives nothing back`() {
        var machine = machine([Self.budget(1)])
        #expect(charge(&machine, at: Self.midnight) == "taken")
        #expect(charge(&machine, at: Self.noon) == "refused by * *")
        #expect(machine.standings(at: Self.noon)[0].resetsAt == Self.midnight)
        #expect(charge(&machine, at: Self.midnight) == "taken")
    }

    @Test func `a reload changes limits and not counts, and a budget that comes back the same day is as it was`() {
        var machine = machine([Self.budget(3), Self.budget(9, api: Self.custom)])
        for _ in 0..<3 { _ = charge(&machine) }
        machine.configure(["orders": [Self.budget(5)]], at: Self.noon)
        #expect(charge(&machine) == "taken" && machine.standings(at: Self.noon).map(\.used) == [4])
        machine.configure([:], at: Self.noon)
        #expect(charge(&machine) == "free" && machine.isEmpty)
        machine.configure(["orders": [Self.budget(5)]], at: Self.noon)
        #expect([charge(&machine), charge(&machine)] == ["taken", "refused by * *"])
    }

    @Test func `what went while a budget was not configured is not given back to it`() {
        var machine = machine([Self.budget(3)])
        let (gone, back) = (Self.noon + .seconds(10), Self.noon + .seconds(20))
        for _ in 0..<3 { _ = charge(&machine) }
        machine.configure([:], at: gone)
        machine.configure(["orders": [Self.budget(3)]], at: back)
        for second in [5, 15] {
            let time = Self.noon + .seconds(second)
            machine.giveBack(client: "orders", app: "main", api: Self.template, takenAt: time, at: back)
        }
        #expect(machine.standings(at: back)[0].used == 3)
        machine.giveBack(client: "orders", app: "main", api: Self.template, takenAt: back, at: back)
        #expect(machine.standings(at: back)[0].used == 2)
    }

    @Test func `budgets that have left are forgotten with their day, and beyond a bound at once`() {
        var machine = machine([Self.budget(3)])
        machine.configure([:], at: Self.noon)
        machine.keepHouse(at: Self.midnight)
        #expect(machine.takeLapsed() == [.used(BudgetKey(client: "orders", app: "*", api: "*"))])
        for round in 0..<3 {
            let budgets = (0..<1000).map { ("client-\(round)-\($0)", [Self.budget(1)]) }
            machine.configure(Dictionary(uniqueKeysWithValues: budgets), at: Self.noon)
        }
        machine.configure([:], at: Self.noon)
        #expect(machine.takeLapsed().count == 1000)
    }

    // MARK: Raises

    private func raise(_ machine: inout BudgetMachine, _ limit: Int, app: String? = nil) -> BudgetRaiseProblem? {
        let raise = BudgetRaise(limit: limit, until: Self.noon + .seconds(60), reason: "sale")
        do throws(BudgetRaiseProblem) {
            _ = try machine.raise(client: "orders", app: app, api: Self.template, to: raise, at: Self.noon)
            return nil
        } catch { return error }
    }

    @Test func `a raise holds until its end, and what was used then stays used`() {
        var machine = machine([Self.budget(2, api: Self.template)])
        #expect(raise(&machine, 4) == nil)
        #expect((0..<4).map { _ in charge(&machine) } == ["taken", "taken", "taken", "taken"])
        #expect(charge(&machine) == "refused by * \(Self.template)")
        let raised = machine.standings(at: Self.noon)[0]
        #expect(raised.limit == 4 && raised.configuredLimit == 2 && raised.raise?.reason == "sale")
        let end = Self.noon + .seconds(60)
        let ended = machine.standings(at: end)[0]
        #expect(ended.raise == nil && ended.limit == 2 && ended.used == 4 && ended.left == 0)
        #expect(machine.takeNews().last?.kind == .raiseEnded)
        #expect(machine.takeLapsed() == [.raise(BudgetKey(client: "orders", app: "*", api: Self.template))])
    }

    @Test func `a raise must mean one budget, and be more than the configuration`() {
        var machine = machine([
            Self.budget(2, app: "main", api: Self.template), Self.budget(2, app: "other", api: Self.template),
            Self.budget(9),
        ])
        #expect(raise(&machine, 3) == .severalApps(["main", "other"]))
        #expect(raise(&machine, 2, app: "main") == .tooLow(2))
        #expect(raise(&machine, 3, app: "third") == .noBudget)
        #expect(raise(&machine, 3, app: "other") == nil)
        #expect(machine.standings(at: Self.noon).map(\.limit) == [9, 2, 3])
    }

    @Test func `a second raise takes the place of the first, and one whose budget left waits for it`() {
        var machine = machine([Self.budget(2, api: Self.template)])
        #expect(raise(&machine, 9) == nil && raise(&machine, 4) == nil)
        #expect(machine.standings(at: Self.noon)[0].limit == 4)
        machine.configure([:], at: Self.noon)
        machine.configure(["orders": [Self.budget(3, api: Self.template)]], at: Self.noon)
        #expect(machine.standings(at: Self.noon)[0].limit == 4)
        machine.configure(["orders": [Self.budget(7, api: Self.template)]], at: Self.noon)
        #expect(machine.standings(at: Self.noon)[0].limit == 7)
    }
}
