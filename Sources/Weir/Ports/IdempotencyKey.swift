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
