import Resilience
import TestSupport
import Testing

/// Every short sequence of events, from every state, against a bookkeeping of the test's own.
struct BreakerInterleavingTests {
    private enum Event: CaseIterable {
        case permit, wait, waitLong, reportOldest, failOldest, ignoreOldest, releaseOldest, reportNewest, failNewest
        case reportAgain
    }

    private struct World {
        var machine: CircuitBreakerMachine
        var now: Instant
        /// Permits that were granted and have not been reported, with the number of transitions at their grant.
        var held: [(permit: BreakerPermit, transitions: UInt64)] = []
        var spent: BreakerPermit?
        var successes = 0
        var openBefore = Duration.zero
        var generator = SeededGenerator(seed: 7)
    }

    private static let policy = CircuitBreakerPolicy(
        minimumCalls: 2,
        open: .seconds(10),
        openMax: .seconds(20),
        probes: 2,
        jitter: 0
    )

    private static func world(_ state: BreakerState) -> World {
        switch state {
        case .closed: World(machine: CircuitBreakerMachine(policy, at: .zero), now: .zero)
        case .open: World(machine: .opened(policy), now: .zero)
        case .halfOpen: World(machine: .halfOpened(policy), now: after(.seconds(10)))
        }
    }

    @Test(arguments: BreakerState.allCases)
    func `no sequence of events breaks a promise`(from state: BreakerState) {
        var visited = 0
        var problems: [String] = []
        explore(Self.world(state), depth: 6, trace: [], &visited, &problems)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
        #expect(visited > 5000)
    }

    private func explore(
        _ world: World,
        depth: Int,
        trace: [Event],
        _ visited: inout Int,
        _ problems: inout [String]
    ) {
        guard depth > 0 else { return }
        for event in Event.allCases {
            var next = world
            guard let problem = apply(event, to: &next) else { continue }
            visited += 1
            let wedge = problem.isEmpty ? wedged(next) : problem
            if !wedge.isEmpty { problems.append("\(wedge) after \(trace + [event])") }
            explore(next, depth: depth - 1, trace: trace + [event], &visited, &problems)
        }
    }

    /// `nil` if the event can't happen, an empty text if all is well.
    private func apply(_ event: Event, to world: inout World) -> String? {
        var problem = ""
        switch event {
        case .permit: problem = ask(&world)
        case .wait: world.now = world.now + .seconds(10)
        case .waitLong: world.now = world.now + .seconds(30)
        case .reportAgain:
            guard let spent = world.spent, spent.isProbe else { return nil }
            let before = world.machine
            world.machine.report(.failure, for: spent, at: world.now)
            if world.machine != before { problem = "a second report counted" }
        case .reportNewest, .failNewest:
            guard world.held.count > 1, let held = world.held.popLast() else { return nil }
            problem = report(event == .failNewest ? .failure : .success, held, &world)
        case .releaseOldest:
            guard !world.held.isEmpty else { return nil }
            let permit = world.held.removeFirst().permit
            world.machine.release(permit, at: world.now)
            world.spent = permit
        case .reportOldest, .failOldest, .ignoreOldest:
            guard !world.held.isEmpty else { return nil }
            let result: CallResult = event == .failOldest ? .failure : event == .ignoreOldest ? .ignored : .success
            problem = report(result, world.held.removeFirst(), &world)
        }
        let open = world.machine.openDuration(at: world.now)
        if open < world.openBefore { problem = "the open time shrank" }
        world.openBefore = open
        return problem
    }

    private func ask(_ world: inout World) -> String {
        let expected = world.machine.retryAfter(at: world.now)
        let before = world.machine.state
        switch world.machine.permit(at: world.now) {
        case .refused(let retryAfter):
            if before == .closed { return "a closed breaker refused" }
            return retryAfter > .zero && expected == retryAfter
                ? "" : "refused for \(retryAfter), told \(expected as Any)"
        case .granted(let permit):
            world.held.append((permit, world.machine.transitions))
            if before != .halfOpen { world.successes = 0 }
            if expected != nil { return "granted although it told to wait" }
            if (before == .open) != (permit.transition != nil) { return "the permit hides the transition" }
            let probes = world.held.filter {
                $0.permit.isProbe && $0.transitions == world.machine.transitions
                    && world.now - $0.permit.grantedAt < .seconds(30)
            }
            return probes.count + world.successes > 2 && world.machine.state == .halfOpen ? "too many probes" : ""
        }
    }

    private func report(
        _ result: CallResult,
        _ held: (permit: BreakerPermit, transitions: UInt64),
        _ world: inout World
    ) -> String {
        let before = world.machine
        let transition = world.machine.record(
            result,
            took: .zero,
            for: held.permit,
            at: world.now,
            using: &world.generator
        )
        world.spent = held.permit
        if held.transitions != before.transitions {
            return world.machine == before && transition == nil ? "" : "a late result counted"
        }
        if result == .ignored { return transition == nil ? "" : "an ignored result counted" }
        if before.state == .halfOpen, world.machine.probeSuccesses > before.probeSuccesses { world.successes += 1 }
        if transition?.to == .closed, world.successes != 1 { return "closed after \(world.successes + 1) successes" }
        if transition?.to == .closed, result != .success { return "closed by a failure" }
        if transition?.reason == .probeFailed, result != .failure { return "opened again by a success" }
        if before.state == .halfOpen, result == .failure, held.permit.isProbe, world.machine == before,
            world.now - held.permit.grantedAt < .seconds(30)
        {
            return "a failed probe did not count"
        }
        return ""
    }

    /// From everywhere there is a way back: after enough time a call passes, and quick successes close the breaker.
    private func wedged(_ world: World) -> String {
        var machine = world.machine
        let later = world.now + .seconds(60)
        for _ in 1...2 {
            guard let permit = machine.grant(at: later) else { return "wedged in \(machine.state)" }
            machine.report(.success, for: permit, at: later)
        }
        return machine.state == .closed ? "" : "did not close"
    }
}
