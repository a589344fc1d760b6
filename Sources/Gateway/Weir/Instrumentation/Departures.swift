import Timekeeping

/// Label values that a reload took away, and when: their series stay long enough for the last increments to be scraped.
struct Departures: Sendable {
    /// How long a series stays after its label value has gone.
    static let grace = Duration.seconds(15 * 60)

    private var present: Set<String> = []
    private var departed: [String: Timestamp] = [:]

    /// The values there are from now on. One that comes back before its time is over has never been away.
    mutating func update(_ values: Set<String>, at now: Timestamp) {
        for value in present.subtracting(values) { departed[value] = now }
        for value in values { departed[value] = nil }
        present = values
    }

    /// The values whose time is over; each is told once.
    mutating func due(at now: Timestamp) -> [String] {
        let due = departed.filter { now - $0.value >= Departures.grace }.keys.sorted()
        for value in due { departed[value] = nil }
        return due
    }
}
