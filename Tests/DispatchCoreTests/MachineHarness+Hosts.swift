import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Hosts of an app, and a machine with one.
enum SampleHosts {
    static let (first, second, third) = ("https://one.example", "https://two.example", "https://three.example")

    static func route(_ hosts: [String]) -> AppRoute {
        AppRoute(hosts: hosts, limits: AppLimits(others: .wide))
    }

    static func harness(_ hosts: [String] = [first, second]) -> MachineHarness {
        var harness = MachineHarness()
        harness.machine.update(app: 0, route: route(hosts), at: harness.now)
        return harness
    }
}

extension MachineHarness {
    /// Another app with the same two hosts.
    mutating func addApp(_ name: String) -> AppPlace {
        let route = SampleHosts.route([SampleHosts.first, SampleHosts.second])
        return machine.addApp(name, route, needsToken: false, at: now.instant)
    }

    var hosts: [DispatchSnapshot.Host] {
        machine.snapshot(relayedWaiting: 0, at: now).apps.first { $0.name == "main" }?.hosts ?? []
    }

    /// Where an attempt of a job goes that starts now.
    mutating func startedAt(_ id: JobID) throws -> String {
        // First the look, which may move it to another host.
        let lease = try #require(leases().first { $0.job.id == id })
        return machine.origin(of: lease)
    }

    /// Where a message went that was sent and accepted.
    mutating func sendOne() -> String? {
        let id = submit(lane(limit: .wide))
        let origin = try? startedAt(id)
        finish(id, .ok)
        return origin
    }

    /// Two calls of three fail, until the breaker opens.
    mutating func sicken() {
        let lane = lane()
        let circuit = machine.gates[lane.gate].breaker
        for number in 0..<30 where machine.breakers[circuit].circuit.state == .closed {
            send(lane, number % 3 == 2 ? .ok : .lost, marks: [])
        }
    }

    mutating func fail(_ id: JobID, _ kind: TransportFailure.Kind) {
        _ = machine.complete(
            id,
            with: .unsent,
            evidence: AttemptEvidence(failure: kind),
            at: now,
            using: &generator
        )
    }

    mutating func question() -> String? { machine.lookAfterHosts(limit: 10, at: now).first }
}
