import Queueing
import Testing

@Suite struct JobStateTests {
    @Test(
        arguments: zip(
            JobState.allCases,
            ["pending", "sending", "sent", "delivered", "failed", "dead", "expired", "cancelled", "unknown"]
        )
    )
    func `a state keeps its name and its stored number`(state: JobState, name: String) {
        #expect(state.name == name)
        #expect(JobState(name: name) == state)
        #expect(JobState(rawValue: state.rawValue) == state)
        #expect(Int(state.rawValue) == JobState.allCases.firstIndex(of: state))
    }

    @Test func `only what waits or is being sent has not ended`() {
        #expect(JobState.allCases.filter { !$0.isTerminal } == [.pending, .sending])
        #expect(JobState(name: "lost") == nil)
    }
}
