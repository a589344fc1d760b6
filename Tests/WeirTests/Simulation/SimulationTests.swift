import Testing

@testable import Weir

/// What must always hold, in runs of random work, answers, failures and crashes.
@Suite struct SimulationTests {
    @Test(arguments: UInt64(1)...24)
    func `nothing is lost, shown twice or left over in a run of this seed`(_ seed: UInt64) throws {
        let simulation = try Simulation(seed: seed)
        try simulation.run(steps: 3000)
        try simulation.heal()
        #expect(simulation.violations.prefix(5) == [], "seed \(seed)")
        #expect(simulation.promised.count > 200)
        #expect(simulation.world.shown.count > 50)
        #expect(Set(simulation.ended.values).count >= 3)
    }
}
