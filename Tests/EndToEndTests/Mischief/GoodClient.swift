import Foundation
import Synchronization

/// A client that does its work: template sends through the relay and messages, one after the other from a few threads.
final class GoodClient: Sendable {
    /// What came back in a phase.
    struct Phase: Sendable {
        var sends: [Duration] = []
        var messages: [Duration] = []
        /// Whatever was not a yes.
        var refusals: [String] = []

        static func + (left: Phase, right: Phase) -> Phase {
            Phase(
                sends: left.sends + right.sends,
                messages: left.messages + right.messages,
                refusals: left.refusals + right.refusals
            )
        }

        /// The 99th of a hundred, in milliseconds.
        static func p99(_ durations: [Duration]) -> Double {
            let sorted = durations.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)] / .milliseconds(1)
        }
    }

    private let port: Int
    private let token: String
    private let next = Counter(0)
    static let name = "good"

    init(port: Int, token: String) {
        (self.port, self.token) = (port, token)
    }

    /// Works for so long.
    func work(for time: Duration) async throws -> Phase {
        let end = ContinuousClock.now + time
        let shared = Shared()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for isRelay in [true, true, true, false] {
                group.addTask {
                    try await onThread {
                        var connection: HTTPConnection?
                        while ContinuousClock.now < end { self.step(isRelay, shared, &connection) }
                    }
                }
            }
            try await group.waitForAll()
        }
        return shared.phase.withLock { $0 }
    }

    private final class Shared: Sendable {
        let phase = Mutex(Phase())
    }

    private func step(_ isRelay: Bool, _ shared: Shared, _ connection: inout HTTPConnection?) {
        let openID = "o-good-\(next.next(1))"
        let call =
            isRelay
            ? Load.Call(
                target: "\(ScriptedStage.template)?access_token=\(token)",
                body: Array(Message.templateBody(to: openID).utf8)
            )
            : Load.Call(
                target: "/v1/messages",
                headers: Stage.authorization(of: GoodClient.name),
                body: Array(Message.template(to: openID).json.utf8)
            )
        let start = ContinuousClock.now
        let answer = Load.call(call, port, &connection)
        let took = ContinuousClock.now - start
        let isTaken = isRelay ? answer?.errcode == 0 : answer?.status == 202
        shared.phase.withLock { phase in
            if isRelay { phase.sends.append(took) } else { phase.messages.append(took) }
            if !isTaken { phase.refusals.append(answer?.text ?? "no answer") }
        }
        // A message is answered in a millisecond or two: a load that says something about the beside, not about the machine.
        if !isRelay { Thread.sleep(forTimeInterval: 0.02) }
    }
}
