import Testing

@testable import Dispatching
@testable import Weir

/// What must always hold, in runs of random work, answers, failures and crashes.
@Suite struct SimulationTests {
    @Test(arguments: SimulationSeeds.chosen)
    func `nothing is lost, shown twice, left over or left asleep`(_ seeds: SimulationSeeds) throws {
        var tried: UInt64 = 0
        while let seed = seeds.seed(after: tried) {
            let simulation = try Simulation(seed: seed)
            // Tasks that are left hanging would keep the whole world in memory.
            defer { simulation.tearDown() }
            try simulation.run(events: 1000)
            try simulation.heal()
            tried += 1
            guard simulation.violations.isEmpty else {
                let what = simulation.violations.prefix(5).joined(separator: "\n")
                let before = simulation.history.suffix(12).joined(separator: "\n")
                Issue.record("seed \(seed), the \(tried). here: \(what)\n\(before)\nagain: make simulate SEED=\(seed)")
                return
            }
            #expect(simulation.promised.count > 50, "seed \(seed)")
            #expect(simulation.world.shown.count > 30, "seed \(seed)")
            #expect(Set(simulation.ended.values).count >= 3, "seed \(seed)")
        }
    }
}
