public import Queueing

/// The message that an idempotency key already stands for.
public struct IdempotentMessage: Equatable, Sendable {
    public var id: JobID
    public var digest: [UInt8]

    public init(id: JobID, digest: [UInt8]) {
        self.id = id
        self.digest = digest
    }
}
