import Resilience

/// What other threads tell the loop of a call that it has. One that has ended meanwhile is not concerned any more: numbers are
/// not used again.
enum Notice {
    /// The caller takes it back.
    case cancelled(call: UInt64)
    /// Its streamed body has more to read.
    case readable(call: UInt64)
    /// There is memory for its reply.
    case room(ByteHold, call: UInt64)
}
