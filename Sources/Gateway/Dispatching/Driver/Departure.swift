import Timekeeping
import WeirPorts

/// What the attempt of a relayed call takes along, gathered when it was decided.
struct Departure: Sendable {
    let call: RelayCall
    /// Where the attempt belongs.
    let trail: Trail
    let runtime: AppRuntime
    let connectTimeout: Duration
    /// Takes the attempt back; `nil` where the call can't be repeated.
    let signal: CancelSignal?

    /// An attempt that leaves later than this after it was decided looks once more whether it may.
    static let patience = Duration.milliseconds(10)
}
