import Queueing
import Testing
import Timekeeping

@testable import DispatchCore

struct AttemptMemoryTests {
    @Test func `it remembers so many jobs and no more`() {
        var memory = AttemptMemory()
        for number in 0..<(AttemptMemory.limit + 10) {
            memory.keep(JobID(rawValue: UInt64(number)), started: .zero, ended: .zero)
        }
        #expect(memory.count == AttemptMemory.limit)
        #expect(memory[JobID(rawValue: 0)] != nil)
        #expect(memory[JobID(rawValue: UInt64(AttemptMemory.limit))] == nil)
    }

    @Test func `calls that are refused while they wait for their repeat are forgotten`() {
        var harness = MachineHarness()
        let lane = harness.lane(isDurable: false)
        for _ in 0..<20 { harness.send(lane, .unsent) }
        #expect(harness.machine.memory.count > 0)
        harness.machine.setPaused(true, app: 0, at: harness.now)
        for _ in 0..<20 {
            harness.advance(.seconds(1))
            _ = harness.pump()
        }
        #expect(harness.machine.memory.count == 0)
    }
}
