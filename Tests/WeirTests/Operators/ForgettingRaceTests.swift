import GatewaySupport
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import Operating
@testable import Weir

/// What happens to a person's messages while they are being forgotten.
@Suite struct ForgettingRaceTests {
    /// Begins to forget the person of the oldest message, and returns when the erasure waits for its commit.
    private static func begin(_ stage: OperationStage) async -> Task<ForgottenPerson, any Error> {
        stage.journal.setManual(true)
        let gateway = stage.harness.gateway
        let forgetting = Task { try await gateway.forget(app: "main", recipient: "o-0") }
        while true {
            await Task.yield()
            guard stage.journal.isBusy else { continue }
            if stage.journal.appends.joined().contains(where: { $0.hasPrefix("erase") }) { return forgetting }
            stage.journal.commitOne()
        }
    }

    private static func finish(
        _ forgetting: Task<ForgottenPerson, any Error>,
        _ stage: OperationStage
    ) async throws -> ForgottenPerson {
        stage.journal.setManual(false)
        stage.journal.commit()
        return try await forgetting.value
    }

    @Test func `what waits again by then is left, and said`() async throws {
        let stage = try OperationStage([.dead])
        let forgetting = await Self.begin(stage)
        var model = stage.journal.model
        _ = model.apply([.redrive(OperationStage.id(0), at: OperationStage.began)])
        stage.journal.model = model
        let result = try await Self.finish(forgetting, stage)
        #expect(result.messages == 0 && result.waitingCount == 1 && result.waiting == [OperationStage.id(0)])
        #expect(!result.isWhole)
    }

    @Test func `a redrive that comes after the erasure finds nothing, and nothing is queued`() async throws {
        let stage = try OperationStage([.dead])
        let forgetting = await Self.begin(stage)
        let gateway = stage.harness.gateway
        let redrive = Task {
            try await gateway.redrive(OperationStage.id(0).description, force: false, caller: .operator())
        }
        while !stage.journal.appends.joined().contains("redrive") { await Task.yield() }
        #expect(try await Self.finish(forgetting, stage).messages == 1)
        let error = await #expect(throws: MessageRefusal.self) { try await redrive.value }
        #expect(error?.reason == .notFound)
        #expect(gateway.snapshot().queue.count == 0)
    }

    @Test func `one person at a time: another waits for its turn outside`() async throws {
        let stage = try OperationStage([.dead])
        let forgetting = await Self.begin(stage)
        let gateway = stage.harness.gateway
        let error = await #expect(throws: MessageRefusal.self) {
            try await gateway.forget(app: "main", recipient: "o-1")
        }
        #expect(error?.reason == .overloaded && error?.retryAfter == .seconds(1))
        #expect(try await Self.finish(forgetting, stage).messages == 1)
        #expect(try await gateway.forget(app: "main", recipient: "o-1").isWhole)
    }

    @Test func `of an app that has left the configuration there is what is stored, and then no such app`() async throws
    {
        let stage = try OperationStage([.dead])
        var bare = GatewayHarness.configuration
        bare.apps["other"] = AppConfiguration(appID: "wxother", secret: "s")
        bare.apps["main"] = nil
        stage.harness.gateway.reload(bare)
        #expect(try await stage.harness.gateway.forget(app: "main", recipient: "o-0").messages == 1)
        let gateway = stage.harness.gateway
        let error = await #expect(throws: MessageRefusal.self) {
            try await gateway.forget(app: "main", recipient: "o-0")
        }
        #expect(error?.reason == .notFound)
    }
}
