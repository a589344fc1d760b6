import Testing
import Weir
import WeirConfiguration

/// `clients.X.budgets`.
@Suite struct BudgetTests {
    private static func file(_ budgets: String, more: String = "") -> String {
        """
        apps:
          main: {appid: wx1, secret: s}
          other: {appid: wx2, secret: t}
        clients:
          orders: {key: orders-0123456789, apps: [main], budgets: \(budgets)}
        \(more)
        """
    }

    @Test func `a budget is read with its app, api, limit, soft limit and mode`() throws {
        let text = Self.file(
            "[{app: main, api: /cgi-bin/message/template/send, limit: 20000/d, soft: 0.5, mode: shadow}]"
        )
        let read = Reading.read(text)
        let configuration = try #require(read.configuration, "\(read.problems)")
        var budget = BudgetConfiguration(limit: 20_000)
        (budget.app, budget.api) = ("main", "/cgi-bin/message/template/send")
        (budget.soft, budget.mode) = (0.5, .shadow)
        #expect(configuration.clients["orders"]?.budgets == [budget])
        let line = "{app: main, api: /cgi-bin/message/template/send, limit: 20000/d, soft: 0.5, mode: shadow}"
        #expect(configuration.redactedLines.contains("clients.orders.budgets: [\(line)]"))
    }

    @Test func `a path in another spelling is the one that calls count by`() throws {
        let budgets = "[{api: /CGI-bin/Message/Template/send, limit: 9/d}, {api: /my/Own, limit: 9/d}]"
        let read = Reading.read(Self.file(budgets))
        let configuration = try #require(read.configuration, "\(read.problems)")
        #expect(
            configuration.clients["orders"]?.budgets.map(\.api) == ["/cgi-bin/message/template/send", "/my/Own"]
        )
        let twice =
            "[{api: /cgi-bin/message/template/SEND, limit: 9/d}, {api: /cgi-bin/message/template/send, limit: 8/d}]"
        let problems = Reading.read(Self.file(twice)).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix("clients.orders.budgets[1]: a second budget of the same") })
    }

    @Test(arguments: ["[{limit: 9/d}]", "[{app: \"*\", api: \"*\", limit: 9/d}]"])
    func `all apps and apis, told from 0.8 on and enforced, is the default`(budgets: String) throws {
        let read = Reading.read(Self.file(budgets))
        let configuration = try #require(read.configuration, "\(read.problems)")
        #expect(configuration.clients["orders"]?.budgets == [BudgetConfiguration(limit: 9)])
    }

    @Test(arguments: [
        ("[]", "clients.orders.budgets: names no budget"),
        ("7", "clients.orders.budgets: expected a list"),
        ("[{app: main}]", "clients.orders.budgets[0]: needs limit"),
        ("[{limit: 10/s}]", "clients.orders.budgets[0].limit: a quota is counted by days"),
        ("[{limit: 0/d}]", "clients.orders.budgets[0].limit: "),
        ("[{limit: 9/d, app: nobody}]", "clients.orders.budgets[0].app: there is no app `nobody`"),
        ("[{limit: 9/d, app: other}]", "clients.orders.budgets[0].app: the client may not use other"),
        ("[{limit: 9/d, api: x}]", "clients.orders.budgets[0].api: not a path"),
        ("[{limit: 9/d, api: /sns/jscode2session}]", "clients.orders.budgets[0].api: logins use no app's token"),
        ("[{limit: 9/d, soft: 0}]", "clients.orders.budgets[0].soft: `0` is not above 0"),
        ("[{limit: 9/d, soft: 1.1}]", "clients.orders.budgets[0].soft: `1.1` is not above 0"),
        ("[{limit: 9/d, mode: warn}]", "clients.orders.budgets[0].mode: `warn` is none of"),
        ("[{limit: 9/d}, {limit: 8/d, app: \"*\"}]", "clients.orders.budgets[1]: a second budget of the same"),
        ("[{limit: 9/d, per: 1}]", "clients.orders.budgets[0].per: unknown key"),
    ])
    func `what is wrong with a budget is named`(_ budgets: String, _ problem: String) {
        let problems = Reading.read(Self.file(budgets)).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func `a client has so many budgets at most, and all of them together`() {
        let many = (0...BudgetConfiguration.mostOfClient).map { "{limit: 9/d, api: /p\($0)}" }.joined(separator: ", ")
        let one = Reading.read(Self.file("[\(many)]")).problems.map(\.message)
        #expect(one.contains { $0.hasPrefix("clients.orders.budgets: has 17 items; at most 16") }, "\(one)")
        let clients = (0..<BudgetConfiguration.most).map {
            "  c\($0): {key: key-of-client-\($0 + 100_000), budgets: [{limit: 9/d}]}"
        }
        let all = Reading.read(Self.file("[{limit: 9/d}]", more: clients.joined(separator: "\n"))).problems.map(
            \.message
        )
        #expect(all == ["clients: hold 2001 budgets; at most 2000 are allowed"], "\(all.prefix(3))")
    }
}
