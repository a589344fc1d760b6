import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Operating
@testable import Weir

/// Operations under way, on a clock that the test moves.
@Suite struct OperationServiceTests {
    private static func request(
        _ kind: BulkOperation.Kind,
        rate: RateLimit = RateLimit(permits: 1_000, per: .seconds(1), burst: 10),
        _ change: (inout OperationFilter) -> Void = { _ in }
    ) -> OperationRequest {
        var filter = OperationFilter()
        change(&filter)
        return OperationRequest(kind, filter, rate: rate, who: "alice", reason: "again")
    }

    private static func states(_ stage: OperationStage, _ count: Int) -> [JobState] {
        (0..<count).map { stage.journal.record(OperationStage.id($0))?.state ?? .sent }
    }

    @Test func `a dry run says what then happens, and changes nothing`() async throws {
        let stage = try OperationStage([.dead, .failed, .pending, .dead, .sent, .dead, .failed, .dead])
        let request = Self.request(.redrive) { $0.errcode = 43004 }
        let forecast = try await stage.harness.gateway.forecast(request)
        #expect(forecast.matched == 2 && forecast.unfit == 0 && forecast.quotaNeeded == 2)
        #expect(stage.redriven == 0 && stage.harness.gateway.operations.isEmpty)
        let operation = try await stage.harness.gateway.begin(request)
        #expect(operation.forecast == forecast)
        let over = try await stage.finish(operation.id)
        #expect(over.state == .done && over.done == 2 && over.skipped == 0 && over.left == 0)
        #expect(stage.redriven == 2)
        let waiting = (0..<8).filter {
            stage.journal.record(OperationStage.id($0))?.state == .pending || $0 == 0 || $0 == 3
        }
        #expect(waiting == [0, 2, 3])
    }

    @Test func `no more than the rate lets through goes in any time`() async throws {
        let stage = try OperationStage(Array(repeating: .dead, count: 40))
        let rate = RateLimit(permits: 10, per: .seconds(1), burst: 1)
        let operation = try await stage.operations.begin(Self.request(.redrive, rate: rate))
        let began = stage.harness.time.now()
        while try stage.operations.operation(operation.id.description).state == .running {
            stage.harness.time.advance(by: .milliseconds(1))
            await Task.yield()
            // What is seen late has been granted before.
            let elapsed = (stage.harness.time.now() - began).inMilliseconds
            #expect(stage.redriven <= 1 + Int(elapsed) / 100)
        }
        #expect(stage.redriven == 40)
        #expect(stage.harness.time.now() - began >= .milliseconds(3_900))
    }

    @Test func `a process that dies at any step leaves none out and does none twice`() async throws {
        var stage = try OperationStage(Array(repeating: .dead, count: 50))
        let rate = RateLimit(permits: 100, per: .seconds(1), burst: 3)
        let id = try await stage.operations.begin(Self.request(.redrive, rate: rate)).id
        for stop in stride(from: 7, through: 42, by: 7) {
            while stage.redriven < stop {
                stage.harness.time.advance(by: .milliseconds(5))
                await Task.yield()
            }
            try stage.restart()
            let found = try stage.operations.operation(id.description)
            #expect(found.done == stage.redriven && found.state == .running)
        }
        let over = try await stage.finish(id)
        #expect(over.done == 50 && over.skipped == 0 && stage.redriven == 50)
    }

    @Test func `what ends badly again after its redrive is not met once more`() async throws {
        let stage = try OperationStage(Array(repeating: .dead, count: 12))
        let rate = RateLimit(permits: 100, per: .seconds(1), burst: 4)
        let id = try await stage.operations.begin(Self.request(.redrive, rate: rate)).id
        while stage.redriven < 4 { await Task.yield() }
        // The four newest die again at once.
        let again = Settlement(state: .dead, at: stage.harness.time.timestamp() + .seconds(1), countedAttempts: 1)
        for number in 8..<12 { try await stage.journal.append([.conclude(OperationStage.id(number), again)]) }
        let over = try await stage.finish(id)
        #expect(over.done == 12 && stage.redriven == 12)
    }

    @Test func `a pause stops at once and lasts over a restart; resumed it goes on; stopped it stays so`() async throws
    {
        var stage = try OperationStage(Array(repeating: .dead, count: 30))
        let rate = RateLimit(permits: 10, per: .seconds(1), burst: 1)
        let id = try await stage.operations.begin(Self.request(.redrive, rate: rate)).id
        while stage.redriven < 5 {
            stage.harness.time.advance(by: .milliseconds(10))
            await Task.yield()
        }
        let paused = try await stage.operations.obey("pause", id.description, by: "bob")
        #expect(paused.state == .paused && paused.done == stage.redriven)
        try stage.restart()
        stage.harness.time.advance(by: .seconds(10))
        for _ in 0..<100 { await Task.yield() }
        #expect(stage.redriven == paused.done)
        #expect(try await stage.operations.obey("resume", id.description, by: "bob").state == .running)
        while stage.redriven < 15 {
            stage.harness.time.advance(by: .milliseconds(10))
            await Task.yield()
        }
        let stopped = try await stage.operations.obey("stop", id.description, by: "bob")
        #expect(stopped.state == .stopped && stopped.left == 0 && stopped.done == stage.redriven)
        await #expect(throws: MessageRefusal.self) {
            try await stage.operations.obey("resume", id.description, by: "bob")
        }
        await #expect(throws: MessageRefusal.self) { try await stage.operations.obey("fly", id.description, by: "bob") }
        #expect(throws: MessageRefusal.self) { try stage.operations.operation("no-such-id") }
    }

    @Test func `a cancel ends what waits and matches`() async throws {
        let stage = try OperationStage([.pending, .dead, .pending, .pending, .pending])
        let id = try await stage.operations.begin(Self.request(.cancel) { $0.search.template = "T0" }).id
        let over = try await stage.finish(id)
        #expect(over.done == 3 && over.skipped == 0 && over.forecast.quotas.isEmpty)
        #expect(Self.states(stage, 5) == [.cancelled, .dead, .cancelled, .pending, .cancelled])
        #expect(stage.journal.record(OperationStage.id(0))?.reason == "cancelled by an operator: again")
    }

    @Test func `while the journal can't be written it waits, and then goes on`() async throws {
        let stage = try OperationStage(Array(repeating: .dead, count: 20))
        let rate = RateLimit(permits: 100, per: .seconds(1), burst: 5)
        let id = try await stage.operations.begin(Self.request(.redrive, rate: rate)).id
        while stage.redriven < 5 { await Task.yield() }
        stage.journal.fail(with: .full("no room"))
        while !stage.harness.log.text.contains("an operation waits") {
            stage.harness.time.advance(by: .milliseconds(500))
            await Task.yield()
        }
        let before = try stage.operations.operation(id.description)
        #expect(before.state == .running && before.done < 20)
        stage.journal.fail(with: nil)
        let over = try await stage.finish(id)
        #expect(over.done == 20)
    }

    @Test func `an app that is gone and a client that may not are counted before, and skipped then`() async throws {
        let stage = try OperationStage([.dead, .dead])
        var bare = GatewayHarness.configuration
        bare.apps["other"] = AppConfiguration(appID: "wxother", secret: "s")
        bare.apps["main"] = nil
        stage.harness.gateway.reload(bare)
        let request = Self.request(.redrive)
        let forecast = try await stage.operations.forecast(request)
        #expect(forecast.matched == 2 && forecast.unfit == 2 && forecast.quotaNeeded == 0)
        let over = try await stage.finish(try await stage.operations.begin(request).id)
        #expect(over.done == 0 && over.skipped == 2 && stage.redriven == 0)
    }

    @Test(arguments: [
        (BulkOperation.Kind.redrive, JobState.unknown), (.redrive, .pending), (.redrive, .sent), (.cancel, .dead),
        (.cancel, .sending),
    ])
    func `states that can't be changed so are refused`(_ kind: BulkOperation.Kind, _ state: JobState) async throws {
        let stage = try OperationStage([])
        await #expect(throws: MessageRefusal.self) {
            try await stage.operations.begin(Self.request(kind) { $0.states = [state] })
        }
    }

    @Test func `the seventeenth at once is refused, with the way out`() async throws {
        let stage = try OperationStage(Array(repeating: .dead, count: 40))
        let slow = Self.request(.redrive, rate: RateLimit(permits: 1, per: .seconds(86_400), burst: 1))
        for _ in 0..<OperationBook.mostOpen { _ = try await stage.operations.begin(slow) }
        await #expect(throws: MessageRefusal.self) { try await stage.operations.begin(slow) }
        let last = try #require(stage.operations.all.last)
        _ = try await stage.operations.obey("stop", last.id.description, by: "alice")
        _ = try await stage.operations.begin(slow)
        #expect(stage.operations.all.count == OperationBook.mostOpen + 1)
    }
}
