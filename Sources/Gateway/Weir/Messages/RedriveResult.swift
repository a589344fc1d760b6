public import Queueing

/// What a bulk redrive did.
public struct RedriveResult: Sendable {
    public var redriven: Int
    /// Matched, but could not be redriven: no body, or no app.
    public var skipped: Int
    /// Where the next page begins; `nil` when no more match.
    public var next: JobID?
}
