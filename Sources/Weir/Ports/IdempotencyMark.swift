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
