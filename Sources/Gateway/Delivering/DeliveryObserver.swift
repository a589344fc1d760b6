package import WeirPorts

/// What became of a delivery or of an attempt. The raw values are metric labels.
package enum DeliveryResult: String, CaseIterable, Sendable {
    /// The destination has it.
    case taken
    /// An attempt failed; another follows.
    case failed
    /// It was given up.
    case dead
    /// It was one too many.
    case dropped
}

/// What happened to a delivery, without anything that its address or body says.
package struct DeliveryEvent: Equatable, Sendable {
    package var destination: DeliveryDestination
    package var result: DeliveryResult
    /// `X-Weir-Delivery`.
    package var number: String
    /// Attempts so far.
    package var attempts: Int
    /// Why: `status 500`, `timeout`.
    package var reason: String
}

/// Who is told what becomes of deliveries: metrics and the log.
package protocol DeliveryObserver: Sendable {
    func observe(_ event: DeliveryEvent)
}
