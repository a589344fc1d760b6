/// What the queue may hold and how its order changes with time.
public struct QueuePolicy: Equatable, Sendable {
    /// Durable jobs that may be in the queue, waiting or in flight.
    public var capacity = 1_000_000
    /// The share of `capacity` (0 to 1, rounded down to whole jobs) that only `urgent` and `high` jobs may fill.
    public var reserve = 0.1
    /// A ready job counts as one priority higher for each such time that it has waited since it became ready. Zero: no ageing.
    public var ageingStep: Duration = .seconds(60)
    /// The highest priority that ageing gives. `urgent` counts as `high`: what is urgent goes strictly before all else.
    public var ageingCeiling: Priority = .high

    public init() {}

    /// Jobs that a `normal` or `low` one may find in the queue and still be taken.
    var openCapacity: Int {
        let share = reserve > 0 ? min(reserve, 1) : 0
        let whole = max(0, capacity)
        // A `Double` rounds the largest numbers up, beyond what an `Int` holds.
        return capacity - min(whole, Int(exactly: (Double(whole) * share).rounded(.down)) ?? whole)
    }
}
