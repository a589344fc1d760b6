public import Queueing

/// What a commit brought back.
public struct JournalReceipt: Sendable {
    /// The bodies that `start` asked for. A started message that is missing here has lost its body (it was removed).
    public var bodies: [JobID: [UInt8]]

    public init(bodies: [JobID: [UInt8]] = [:]) {
        self.bodies = bodies
    }
}
