import Testing
import Timekeeping

@testable import Telemetry

@Suite struct DeparturesTests {
    private func at(_ minutes: Int) -> Timestamp {
        Timestamp(milliseconds: 1_795_190_400_000 + Int64(minutes) * 60_000)
    }

    @Test func `a value that is gone is told once, a quarter of an hour later`() {
        var departures = Departures()
        departures.update(["a", "b"], at: at(0))
        departures.update(["a"], at: at(1))
        #expect(departures.due(at: at(15)) == [])
        #expect(departures.due(at: at(16)) == ["b"])
        #expect(departures.due(at: at(17)) == [])
        departures.update([], at: at(20))
        departures.update([], at: at(30))
        #expect(departures.due(at: at(35)) == ["a"])
    }

    @Test func `a value that comes back in time stays`() {
        var departures = Departures()
        departures.update(["a"], at: at(0))
        departures.update([], at: at(1))
        departures.update(["a"], at: at(2))
        #expect(departures.due(at: at(60)) == [])
    }
}
