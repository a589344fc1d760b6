/// What the dispatcher may have at once, and what of it is taken, for metrics.
package struct DispatchRoom: Equatable, Sendable {
    /// Attempts that may be in flight.
    package var maxInFlight: Int
    /// Relayed calls that may wait.
    package var maxWaiting: Int
    /// Bytes that the bodies of waiting calls take; small ones take none.
    package var waitingBytes: Int
    /// Bytes that they may take.
    package var maxWaitingBytes: Int
    /// Bytes that the bodies of waiting messages take in memory.
    package var messageBytes: Int
    /// Bytes that they may take; those of the others stay on disk.
    package var maxMessageBytes: Int
}

extension DispatchRoom {
    init(_ state: DispatchState) {
        maxInFlight = state.settings.policy.maxInFlight
        maxWaiting = state.settings.maxWaiting
        waitingBytes = state.room.total.bytes
        maxWaitingBytes = state.settings.maxWaitingBytes
        messageBytes = state.bodies.bytes
        maxMessageBytes = state.bodies.limit
    }
}
