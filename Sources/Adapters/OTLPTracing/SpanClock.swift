internal import Synchronization
internal import Timekeeping
internal import Tracing

/// Wall-clock time with the monotonic clock's precision: spans of less than a millisecond have lengths too.
final class SpanClock: Sendable {
    /// How far it may be from the wall clock before it is set anew: somebody stepped that one.
    static let tolerance: Int64 = 50_000_000

    private let time: any TimeSource
    /// Nanoseconds from the monotonic clock's origin to 1970's.
    private let offset: Atomic<Int64>

    init(time: any TimeSource) {
        self.time = time
        offset = Atomic(Self.offset(at: time.moment()))
    }

    func now() -> DefaultTracerClock.Timestamp {
        let moment = time.moment()
        let fresh = Self.offset(at: moment)
        var offset = offset.load(ordering: .relaxed)
        if fresh.subtractingReportingOverflow(offset).partialValue.magnitude > Self.tolerance {
            self.offset.store(fresh, ordering: .relaxed)
            offset = fresh
        }
        let nanoseconds = moment.instant.nanoseconds.addingReportingOverflow(offset).partialValue
        return DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: UInt64(max(nanoseconds, 0)))
    }

    private static func offset(at moment: Moment) -> Int64 {
        let wall = Duration.milliseconds(moment.timestamp.milliseconds).inNanoseconds
        return wall.subtractingReportingOverflow(moment.instant.nanoseconds).partialValue
    }
}
