public import Timekeeping

/// The job of a lane that would be leased next. `<` says whose turn it is among the heads of several lanes: by effective
/// priority, then by the time of waiting, then by id.
public struct Head: Comparable, Sendable {
    /// With ageing.
    public var effectivePriority: Priority
    /// Since when it could have been taken, as the wall clock goes now.
    public var readySince: Timestamp
    public var id: JobID

    public init(effectivePriority: Priority, readySince: Timestamp, id: JobID) {
        self.effectivePriority = effectivePriority
        self.readySince = readySince
        self.id = id
    }

    public static func < (left: Head, right: Head) -> Bool {
        (left.effectivePriority, left.readySince, left.id) < (right.effectivePriority, right.readySince, right.id)
    }
}
