/// What a client's signed events become.
public struct EventConfiguration: Equatable, Sendable {
    /// What the client may sign with: each is accepted; the first is the newest.
    public var secrets: [String]
    /// By `event_type`.
    public var map: [String: EventRule] = [:]

    /// No event type is known until `map` has some.
    public init(secrets: [String]) {
        self.secrets = secrets
    }
}
