internal import Timekeeping

/// A `Timestamp?` in 8 bytes: the earliest representable time stands for none.
struct OptionalTimestamp: Equatable, Sendable {
    private var milliseconds: Int64

    init(_ value: Timestamp?) {
        milliseconds = value.map { max($0.milliseconds, .min + 1) } ?? .min
    }

    var value: Timestamp? {
        milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds)
    }
}
