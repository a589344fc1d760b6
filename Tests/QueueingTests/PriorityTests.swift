import Queueing
import Testing

@Suite struct PriorityTests {
    @Test func `urgent goes before high, normal and low`() {
        #expect(Priority.allCases.sorted() == [.urgent, .high, .normal, .low])
        #expect(Priority.urgent < .high)
    }

    @Test(arguments: Priority.allCases)
    func `a priority is read by its name`(priority: Priority) {
        #expect(Priority(name: priority.name) == priority)
        #expect(Priority(name: priority.name.uppercased()) == nil)
    }

    @Test func `names are those of the documentation`() {
        #expect(Priority.allCases.map(\.name) == ["urgent", "high", "normal", "low"])
    }
}
