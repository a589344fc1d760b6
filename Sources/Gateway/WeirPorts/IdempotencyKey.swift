public import Queueing

/// Under which a client may hand over the same message again without it being sent again.
public struct IdempotencyKey: Hashable, Sendable {
    /// The client's name in the configuration, empty when none are configured.
    public var client: String
    /// The app's name in the configuration.
    public var app: String
    /// 1–255 visible ASCII characters.
    public var key: String

    /// Checks nothing: the length and the characters are looked at when a message comes.
    public init(client: String, app: String, key: String) {
        self.client = client
        self.app = app
        self.key = key
    }
}

/// What a message keeps of the request that brought it, to know a repetition from another message.
public struct IdempotencyMark: Equatable, Sendable {
    /// The key as the client gave it.
    public var key: String
    /// SHA-256 over the request's canonical JSON.
    public var digest: [UInt8]

    /// `digest` is 32 bytes; it is compared, never shown.
    public init(key: String, digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}

/// The message that an idempotency key already stands for.
public struct IdempotentMessage: Equatable, Sendable {
    /// The id of the message that came first.
    public var id: JobID
    /// The digest of that message's request. A request with another one brings another message.
    public var digest: [UInt8]

    /// `digest` is that of the message's ``IdempotencyMark``.
    public init(id: JobID, digest: [UInt8]) {
        self.id = id
        self.digest = digest
    }
}
