import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// A message that meets the same wait for ever.
@Suite struct ForeverTests {
    /// What it meets, and how long it pauses at the most.
    static let waits: [(String, Classification, Duration)] = [
        ("429", throttled, .seconds(60)), ("40001", .errcode(40001), .seconds(300)),
        ("45011", .errcode(45011), .seconds(60)), ("48001", .errcode(48001), .seconds(300)),
    ]

    static let throttled = ReplyClassifier().classify(
        status: 429,
        contentType: nil,
        body: [],
        api: APICatalog.descriptor(method: "POST", path: Path.template)
    )

    @Test(arguments: 0..<waits.count) func `66,000 attempts are no trap, and its pauses are sane`(_ index: Int) {
        let (_, result, longest) = ForeverTests.waits[index]
        var harness = MachineHarness()
        let id = harness.submit(harness.lane(limit: RateLimit(permits: 1_000_000, per: .seconds(1), burst: 1_000_000)))
        var evidence = AttemptEvidence()
        evidence.fingerprint = 1
        var (attempts, shortest, widest) = (0, Duration.seconds(3600), Duration.zero)
        while attempts < 66_000 {
            guard harness.starts() == [id] else {
                guard let wake = harness.machine.nextWake(at: harness.now) else { break }
                let wait = max(.milliseconds(1), wake - harness.now.instant)
                widest = max(widest, wait)
                harness.advance(wait)
                continue
            }
            attempts += 1
            let done = harness.machine.complete(
                id,
                with: result,
                evidence: evidence,
                at: harness.now,
                using: &harness.generator
            )
            if case .waiting(let obstacle) = done?.disposition, let until = obstacle.until, attempts > 20 {
                shortest = min(shortest, until - harness.now.timestamp)
            }
        }
        #expect(attempts == 66_000)
        #expect(widest <= longest + .seconds(1))
        #expect(harness.machine.job(id)?.countedAttempts == 0)
        #expect(harness.machine.job(id)?.startedAttempts == 66_000)
        #expect(harness.machine.memory.count <= 1)
    }

    @Test func `told again and again to slow down, a lane asks ever less often, and at once after a success`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        var pauses: [Int] = []
        for _ in 0..<8 {
            let id = harness.submit(lane)
            guard harness.starts().contains(id) else { break }
            guard case .waiting(let obstacle) = harness.finish(id, ForeverTests.throttled)?.disposition else { break }
            let wait = obstacle.until.map { $0 - harness.now.timestamp } ?? .zero
            pauses.append(Int(wait.inSeconds))
            _ = harness.machine.cancel(id)
            harness.advance(wait)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60])
        harness.send(lane, .ok)
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        guard case .waiting(let obstacle) = harness.finish(id, ForeverTests.throttled)?.disposition else {
            Issue.record("it does not wait")
            return
        }
        #expect(obstacle.until == harness.now.timestamp + .seconds(1))
    }
}
