import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Only evidence about the upstream moves the breaker.
@Suite struct BlameTests {
    private func end(_ harness: inout MachineHarness, _ id: JobID, _ kind: TransportFailure.Kind, after took: Duration)
    {
        harness.now.instant = harness.now.instant + took
        harness.now.timestamp = harness.now.timestamp + took
        let failure = TransportFailure(kind, bytesLeft: kind != .invalid && kind != .shortage)
        let result = ReplyClassifier().classify(failure: failure)
        let evidence = AttemptEvidence(failure: kind)
        _ = harness.machine.complete(id, with: result, evidence: evidence, at: harness.now, using: &harness.generator)
    }

    private func run(_ kind: TransportFailure.Kind, lifetime: Duration, after took: Duration) -> BreakerState {
        var harness = MachineHarness { $0.breaker.window = .seconds(6000) }
        let lane = harness.lane(Path.custom, isDurable: false)
        for _ in 0..<25 {
            let id = harness.submit(lane, lifetime: lifetime, marks: [])
            guard harness.starts().contains(id) else { break }
            end(&harness, id, kind, after: took)
        }
        return harness.breaker(lane).state
    }

    @Test(arguments: TransportFailure.Kind.allCases) func `a failure of the caller's or of this machine opens nothing`(
        _ kind: TransportFailure.Kind
    ) {
        let state = run(kind, lifetime: .milliseconds(4500), after: .milliseconds(10))
        #expect(state == (kind.isEvidence ? .open : .closed), "\(kind)")
    }

    @Test(arguments: [(50, false), (200, false), (3000, false), (4500, true), (60_000, true)])
    func `a cut by a caller's own deadline counts only when the attempt ran as long as one does`(
        _ milliseconds: Int,
        _ opens: Bool
    ) {
        let lifetime = Duration.milliseconds(milliseconds)
        let took = lifetime - min(.milliseconds(100), lifetime / 20)
        #expect(run(.timeout, lifetime: lifetime, after: took) == (opens ? .open : .closed))
    }

    @Test func `calls that hang count as slow while they hang`() {
        var harness = MachineHarness()
        let lane = harness.lane(Path.custom, isDurable: false)
        for _ in 0..<20 { harness.submit(lane, lifetime: .seconds(60), marks: []) }
        #expect(harness.starts().count == 20)
        harness.advance(.seconds(4))
        _ = harness.pump()
        #expect(harness.breaker(lane).state == .closed)
        for _ in 0..<4 {
            harness.advance(.milliseconds(500))
            _ = harness.pump()
        }
        #expect(harness.breaker(lane).state == .open)
    }

    @Test func `an upload is slow against its own time, and one that succeeds is never too slow`() {
        var harness = MachineHarness { $0.breaker.window = .seconds(600) }
        let lane = harness.lane(Path.upload, isDurable: false)
        for _ in 0..<30 {
            let id = harness.submit(lane, lifetime: .seconds(60), marks: [])
            #expect(harness.starts() == [id])
            harness.finish(id, .ok, after: .seconds(10))
        }
        #expect(harness.breaker(lane).state == .closed)
    }

    @Test func `a shortage of this machine costs a message no attempt`() {
        var harness = MachineHarness()
        let id = harness.submit(harness.lane())
        for _ in 0..<30 {
            guard harness.starts() == [id] else {
                harness.advance(.seconds(1))
                continue
            }
            end(&harness, id, .shortage, after: .zero)
        }
        #expect(harness.machine.job(id)?.countedAttempts == 0)
        #expect(harness.machine.breakers[0].circuit.state == .closed)
    }

    @Test func `a streamed call goes once`() {
        var harness = MachineHarness()
        let lane = harness.lane(Path.upload, isDurable: false)
        for result in [Classification.errcode(40001), .errcode(-1), .unsent] {
            let id = harness.submit(lane, lifetime: .seconds(60), marks: [.once])
            #expect(harness.starts() == [id])
            harness.finish(id, result)
            #expect(harness.machine.job(id) == nil)
        }
    }
}
