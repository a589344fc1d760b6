import Queueing
import Resilience
import Timekeeping

/// About how many jobs of its lane go before a waiting one, today and at all. An estimate from counts by priority and age.
///
/// More urgent jobs go first, but what has waited for long counts as `high` (ageing): in a long line all but `urgent` goes by age.
struct Turns: Sendable {
    /// Jobs that wait in the lane, by priority.
    let waiting: [Int]
    /// Those of them that have been due for longer; of its own priority those that go before it where clients share that.
    let older: [Int]
    let priority: Priority
    /// Jobs that go before it.
    let position: Int

    /// - Parameter unaged: how many jobs the lane lets go before what waits as long as this one counts as `high`.
    init(_ priority: Priority, waiting: [Int], older: [Int], unaged: Int) {
        (self.priority, self.waiting, self.older) = (priority, waiting, older)
        let place = Int(priority.rawValue)
        let strict = waiting[..<place].reduce(0, +) + older[place]
        guard priority > .urgent, strict > unaged else {
            position = strict
            return
        }
        let byAge = waiting[0] + older[1...].reduce(0, +)
        position = priority == .high ? byAge : byAge + max(0, unaged - waiting[0] - older[1])
    }

    /// What a day's quota lets go of it.
    enum Day: Equatable, Sendable {
        /// Today, with so many before it.
        case today(Int)
        /// In the last hour, when so many calls are kept for urgent work at the most.
        case whenKept(Int)
        /// Tomorrow, with so many before it.
        case tomorrow(Int)
    }

    /// - Parameters:
    ///   - left: calls that the day has left.
    ///   - kept: those of them that are kept for `urgent` and `high`.
    func day(left: Int, kept: Int) -> Day {
        let free = max(0, left - kept)
        if position < free { return .today(position) }
        // Of the others as many of each priority have gone by then as there are.
        let others = max(1, waiting[1...].reduce(0, +))
        let gone = min(1, Double(max(0, free - waiting[0])) / Double(others))
        let urgent = Int(Double(waiting[1]) * (1 - gone)) + max(0, waiting[0] - free)
        if priority <= .high {
            let place =
                priority == .urgent ? older[0] : max(free + older[1] - Int(Double(waiting[1]) * gone), waiting[0])
            return place < left ? .today(place) : .tomorrow(max(0, position - left))
        }
        let spare = max(0, kept - urgent)
        let place = position - free
        return place < spare ? .whenKept(left - free - place) : .tomorrow(max(0, position - left))
    }
}
