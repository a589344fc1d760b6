import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Budgeting
@testable import Dispatching
@testable import Weir

/// Messages against their clients' daily budgets.
@Suite struct MessageBudgetTests {
    private static let late = #""not_before":"2027-01-01T00:00:00Z","not_after":"2027-01-02T00:00:00Z""#

    private func bench(
        _ limit: Int,
        mode: BudgetConfiguration.Mode = .enforce,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> MessageBench {
        try MessageBench { configuration in
            var budget = BudgetConfiguration(limit: limit)
            (budget.app, budget.api, budget.mode) = ("main", Path.template, mode)
            configuration.clients["orders"]?.budgets = [budget]
            change(&configuration)
        }
    }

    private func used(_ bench: MessageBench) -> Int { bench.harness.gateway.budgets()[0].used }

    @Test func `a message too many is refused until midnight, and others' and other apis' are not`() async throws {
        let bench = try bench(2)
        for _ in 0..<2 { try await bench.accept() }
        let refusal = try #require(await bench.refusal(MessageBench.body()))
        #expect(refusal.reason == .budgetExceeded)
        #expect(refusal.resetsAt == ChinaTime.nextMidnight(after: bench.harness.time.timestamp()))
        #expect(refusal.retryAfter == .seconds(12 * 3600))
        #expect(
            refusal.message.hasPrefix("the client's daily budget of \(Path.template) of app main is used up, 2 of 2")
        )
        try await bench.accept(as: bench.billing)
        try await bench.accept(type: "custom", message: MessageBench.text)
        #expect(used(bench) == 2 && bench.harness.gateway.budgets()[0].refused == 1)
        let text = bench.harness.metricsText
        let labels = #"{client="orders",app="main",api="\#(Path.template)"}"#
        #expect(text.contains("weir_budget_used_ratio\(labels) 1\n"))
        #expect(text.contains("weir_budget_soft_ratio\(labels) 0.8\n"))
        #expect(text.contains(#"weir_budget_refusals_total{client="orders",mode="enforce"} 1"#))
        #expect(bench.harness.log.text.contains("a budget is used up"))
    }

    @Test func `a shadow accepts all`() async throws {
        let bench = try bench(1, mode: .shadow)
        for _ in 0..<3 { try await bench.accept() }
        let text = bench.harness.metricsText
        #expect(used(bench) == 3 && text.contains(#"weir_budget_refusals_total{client="orders",mode="shadow"} 2"#))
    }

    @Test func `what comes again under its key, and what is refused before, costs nothing`() async throws {
        let bench = try bench(5)
        for _ in 0..<3 { try await bench.accept(key: "once") }
        #expect(used(bench) == 1)
        _ = await bench.refusal(MessageBench.body("\"not_after\":\"2020-01-01T00:00:00Z\""))
        _ = await bench.refusal(MessageBench.body("\"colour\":\"red\""))
        #expect(used(bench) == 1)
    }

    @Test func `what can't be written costs nothing`() async throws {
        let bench = try bench(5)
        bench.harness.journal.fail(with: .full("no room"))
        #expect(await bench.refusal(MessageBench.body())?.reason == .journal)
        bench.harness.journal.fail(with: nil)
        #expect(used(bench) == 0)
    }

    @Test func `a message that is cancelled before it was tried is given back`() async throws {
        let bench = try bench(1)
        let id = try await bench.accept(Self.late).record.id
        #expect(await bench.refusal(MessageBench.body())?.reason == .budgetExceeded)
        _ = try await bench.service.cancel(id.description, caller: bench.orders)
        #expect(used(bench) == 0)
        try await bench.accept()
    }

    @Test func `what has ended is given back when that is on disk, and not before`() async throws {
        let bench = try bench(2)
        let id = try await bench.accept(Self.late).record.id
        let (journal, dispatcher) = (bench.harness.journal, bench.harness.dispatcher)
        journal.fail(with: .full("no room"))
        dispatcher.cancel(id) { _ in }
        await bench.settle()
        #expect(used(bench) == 1)
        journal.fail(with: nil)
        await bench.settle()
        #expect(used(bench) == 0)
    }

    @Test func `a message that expires before the journal refuses to take it is given back once`() async throws {
        let bench = try bench(5)
        try await bench.accept(Self.late)
        let journal = bench.harness.journal
        journal.setManual(true)
        let times = #""not_before":"2026-11-21T12:00:01+08:00","not_after":"2026-11-21T12:00:02+08:00""#
        async let refusal = bench.refusal(MessageBench.body(times))
        // Its count is written, and its acceptance waits.
        while used(bench) < 2 || !journal.isBusy { await Task.yield() }
        let appends = journal.appends.count
        journal.commitOne()
        while journal.appends.count == appends { await Task.yield() }
        bench.harness.advance(.seconds(3))
        journal.fail(with: .full("no room"))
        journal.commit()
        #expect(await refusal?.reason == .journal)
        #expect(used(bench) == 1)
        journal.fail(with: nil)
        journal.commit()
        #expect(used(bench) == 1)
    }

    @Test func `messages whose client is read from the disk are given back, one after another`() async throws {
        let bench = try bench(9)
        let budgets = bench.harness.gateway.limits.budgets
        let line = GiveBackLine(journal: bench.harness.journal, budgets: budgets, executor: nil)
        var ids: [JobID] = []
        for _ in 0..<4 { ids.append(try await bench.accept(Self.late).record.id) }
        // One that nobody knows is in nobody's way, nor is another's.
        ids.insert(bench.harness.dispatcher.makeID(), at: 1)
        ids.insert(try await bench.accept(Self.late, as: bench.billing).record.id, at: 3)
        for id in ids { line.add(UnusedMessage(id: id, app: "main", api: Path.template, client: nil)) }
        while used(bench) > 0 { await Task.yield() }
        #expect(!budgets.mayCount(app: "main", api: Path.custom) && budgets.mayCount(app: "main", api: Path.template))
    }

    @Test func `a message that expires untried is given back`() async throws {
        let bench = try bench(2) { $0.apps["main"]?.defaultLimit = .single }
        try await bench.accept()
        try await bench.accept("\"not_after\":\"2026-11-21T12:00:01+08:00\"")
        #expect(used(bench) == 2)
        bench.harness.advance(.seconds(2))
        await bench.settle()
        #expect(used(bench) == 1)
    }

    @Test func `however often a message is tried, it counts once, and also when WeChat refuses it`() async throws {
        let bench = try bench(5)
        _ = try await bench.ended(.success(.errcode(40037)))
        #expect(used(bench) == 1)
        _ = try await bench.accept("\"retry_class\":\"available\"")
        await bench.harness.transport.waitForRequests(bench.harness.transport.count)
        while bench.harness.transport.answer(.success(.errcode(-1))) == false { await Task.yield() }
        await bench.settle()
        bench.harness.advance(.seconds(1))
        await bench.settle()
        #expect(used(bench) == 2)
    }

    @Test func `a redrive counts where the message was given back, and not where it was tried`() async throws {
        let bench = try bench(5)
        let tried = try await bench.ended(.success(.errcode(40037)))
        _ = try await bench.service.redrive(tried.description, force: false, caller: bench.orders)
        #expect(used(bench) == 1)
    }

    @Test func `a bulk redrive passes over the messages whose client has nothing left`() async throws {
        let bench = try bench(1)
        try await bench.accept(Self.late)
        // Two that failed before they were tried: what they had counted was given back.
        for caller in [bench.orders, bench.billing] {
            let id = try await bench.accept(type: "custom", message: MessageBench.text, as: caller).record.id
            var record = try #require(bench.harness.journal.record(id))
            record.message.id = bench.harness.dispatcher.makeID()
            record.message.type = .template
            record.content.body = Array(MessageBench.template.utf8)
            let end = Settlement(state: .failed, at: bench.harness.time.timestamp(), countedAttempts: 0, reason: "x")
            let writes: [JournalWrite] = [
                .accept(record.message, record.content), .conclude(record.message.id, end),
            ]
            try await bench.harness.journal.append(writes)
        }
        var filter = MessageFilter(limit: 10)
        filter.states = [.failed]
        let result = try await bench.service.redriveAll(filter, caller: .operator())
        #expect(result.redriven == 1 && result.skipped == 1 && used(bench) == 1)
    }

    @Test func `explain tells how the budget stands, of who counts in it`() async throws {
        let bench = try bench(5)
        let id = try await bench.accept(Self.late).record.id
        let told = try await bench.service.explain(id.description, caller: bench.orders)
        #expect(told.budgets.count == 1)
        #expect(
            told.text.contains("It counts in its client's daily budget of \(Path.template) of app main: 1 of 5 used")
        )
        let other = try await bench.accept(Self.late, as: bench.billing).record.id
        #expect(try await bench.service.explain(other.description, caller: bench.billing).budgets == [])
    }

    @Test func `callers are told of their nearest limit, and those without one of none`() async throws {
        let bench = try bench(4) { $0.clients["orders"]?.rate = RateLimit(permits: 10, per: .seconds(1), burst: 10) }
        let gateway = bench.harness.gateway
        #expect(gateway.limitFields(of: bench.billing).isEmpty)
        let record = try await bench.accept().record
        func fields(_ record: MessageRecord?) -> [String] { gateway.limitFields(of: bench.orders, record).map(\.value) }
        // 3 of 4 are left of the budget, 9 of 10 of the rate.
        #expect(fields(record) == [#""budget";q=4;w=86400"#, #""budget";r=3;t=43200"#])
        let custom = try await bench.accept(type: "custom", message: MessageBench.text).record
        #expect(fields(custom) == [#""rate";q=10;w=1"#, #""rate";r=8;t=1"#])
        #expect(fields(nil) == [#""budget";q=4;w=86400"#, #""budget";r=3;t=43200"#])
    }
}
