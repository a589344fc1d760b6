public import Queueing

/// What a commit brought back.
public struct JournalReceipt: Sendable {
    /// What `start` asked for. A started message that is missing here has lost its body (it was removed).
    public var bodies: [JobID: StoredBody]

    public init(bodies: [JobID: StoredBody] = [:]) {
        self.bodies = bodies
    }
}
