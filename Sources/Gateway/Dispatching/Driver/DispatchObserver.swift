/// Hears what the dispatcher does. Metrics, traces and logs are behind it; the dispatcher knows none of them.
///
/// Called outside of every lock, on the thread that caused the event. What one step of the dispatcher decided is told in that order, and
/// before anything that follows from it leaves. Of two steps on two threads the later one may be told first.
package protocol DispatchObserver: Sendable {
    /// Called several times for each attempt: it must be quick.
    func observe(_ event: DispatchEvent)

    /// An attempt leaves now.
    /// - Returns: what goes with it to its end, and is shown to the attempt after it; `nil` where nobody follows it.
    func attemptLeaves(_ start: AttemptStart) -> (any AttemptTrace)?
}

/// What an observer keeps with an attempt. The dispatcher carries it along without a look inside.
package protocol AttemptTrace: AnyObject, Sendable {}
