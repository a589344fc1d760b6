import GatewaySupport
import Queueing
import Synchronization
import TestSupport
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Operating
@testable import Weir

/// A gateway whose journal has messages that ended badly or wait.
struct OperationStage {
    let journal: MemoryJournal
    var harness: GatewayHarness

    /// Messages from the oldest to the newest, each with the state that it ended in, or `pending`.
    init(_ states: [JobState], configuration: GatewayConfiguration = GatewayHarness.configuration) throws {
        var model = JournalModel()
        for (number, state) in states.enumerated() {
            let id = OperationStage.id(number)
            let message = Message(id: id, app: "main", type: .template, createdAt: OperationStage.began)
            let body = Array(#"{"touser":"o-\#(number)","template_id":"T\#(number % 2)","data":{}}"#.utf8)
            _ = model.apply([.accept(message, MessageContent(body: body, recipient: "o-\(number)"))])
            guard state.isTerminal else { continue }
            let attempt = AttemptRecord(
                number: 1,
                startedAt: OperationStage.began,
                duration: .milliseconds(5),
                outcome: .recipient,
                errcode: number % 3 == 0 ? 43004 : 40037
            )
            let end = Settlement(state: state, at: OperationStage.began, countedAttempts: 1, reason: "given up")
            _ = model.apply([
                .start(id, number: 1, at: OperationStage.began, needsBody: false), .settle(id, attempt, end),
            ])
        }
        journal = MemoryJournal(model)
        harness = try GatewayHarness(configuration, journal: journal)
        try begin()
    }

    static let began = Timestamp.noon + .seconds(-3600)

    static func id(_ number: Int) -> JobID {
        JobID(rawValue: UInt64(began.milliseconds) << 20 + UInt64(number))
    }

    var operations: OperationService { harness.gateway.operationService }

    private func begin() throws {
        // What waits shall wait.
        _ = harness.gateway.setPaused(true, app: "main")
        try harness.gateway.restore()
        harness.gateway.isReady.withLock { $0 = true }
        operations.start()
    }

    /// The process dies, and another one comes that finds what the journal has.
    mutating func restart(_ configuration: GatewayConfiguration = GatewayHarness.configuration) throws {
        operations.stop()
        journal.settle()
        harness = try GatewayHarness(configuration, journal: journal, at: harness.time.timestamp())
        try begin()
    }

    /// Lets an operation go on until it is over, and returns it.
    func finish(_ id: JobID) async throws -> BulkOperation {
        while true {
            let operation = try operations.operation(id.description)
            guard operation.state == .running else { return operation }
            harness.time.advance(by: .milliseconds(10))
            await Task.yield()
        }
    }

    /// How often each message was redriven, by the calls that the journal got.
    var redriven: Int { journal.appends.joined().count { $0 == "redrive" } }
}
