internal import Foundation

/// Where time comes from: the only way in which a driver learns what time it is or waits for a later one.
///
/// Machines never hold one; they are told the time. Tests pass a clock that moves when they say so.
public protocol TimeSource: Sendable {
    /// The present on the monotonic clock.
    func now() -> Instant

    /// The present on the wall clock.
    func timestamp() -> Timestamp

    /// Suspends until the monotonic clock has reached `deadline`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Instant) async throws

    /// Where the tasks of timers run; `nil`, the default, is Swift's own pool. A simulation runs them one after another.
    var executor: (any TaskExecutor)? { get }
}

extension TimeSource {
    /// Swift's own pool of threads.
    public var executor: (any TaskExecutor)? { nil }

    /// Both clocks at once.
    public func moment() -> Moment {
        Moment(instant: now(), timestamp: timestamp())
    }
}

/// The machine's own clocks.
public struct SystemTimeSource: TimeSource {
    private let origin = ContinuousClock.now

    /// The monotonic clock's origin is the time of this call: use one source everywhere in a process.
    public init() {}

    /// The time since the source was made. It goes on while the machine sleeps.
    public func now() -> Instant {
        Instant(nanoseconds: origin.duration(to: .now).inNanoseconds)
    }

    /// The system's wall clock, rounded down to a millisecond. It may step when somebody sets it.
    public func timestamp() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// Suspends until `deadline`. Throws `CancellationError` when the task is cancelled first.
    public func sleep(until deadline: Instant) async throws {
        try await ContinuousClock().sleep(until: origin.advanced(by: .nanoseconds(deadline.nanoseconds)))
    }
}
