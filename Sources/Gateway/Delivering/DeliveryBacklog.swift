public import Timekeeping
public import WeirPorts

/// What one destination waits for.
public struct DeliveryBacklog: Equatable, Sendable {
    /// Who is told.
    public let destination: DeliveryDestination
    /// Deliveries that wait.
    public let waiting: Int
    /// Attempts on their way.
    public let inFlight: Int
    /// When the first attempt failed since one was taken.
    public let failingSince: Timestamp?
    /// When what the oldest one tells happened.
    public let oldest: Timestamp?
}
