/// What a bulk redrive did.
public struct RedriveResult: Sendable {
    public var redriven: Int
    /// Matched, but could not be redriven: no body, or no app.
    public var skipped: Int
    /// Whether more may match.
    public var hasMore: Bool
}
