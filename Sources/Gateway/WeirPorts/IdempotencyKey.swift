public import Queueing

/// Under which a client may hand over the same message again without it being sent again.
public struct IdempotencyKey: Hashable, Sendable {
    public var client: String
    public var app: String
    /// 1–255 visible ASCII characters.
    public var key: String

    public init(client: String, app: String, key: String) {
        self.client = client
        self.app = app
        self.key = key
    }
}

/// What a message keeps of the request that brought it, to know a repetition from another message.
public struct IdempotencyMark: Equatable, Sendable {
    public var key: String
    /// SHA-256 over the request's canonical JSON.
    public var digest: [UInt8]

    public init(key: String, digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}

/// The message that an idempotency key already stands for.
public struct IdempotentMessage: Equatable, Sendable {
    public var id: JobID
    public var digest: [UInt8]

    public init(id: JobID, digest: [UInt8]) {
        self.id = id
        self.digest = digest
    }
}
