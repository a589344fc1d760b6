/// How long messages are kept after their end.
public struct Retention: Equatable, Sendable {
    /// Bodies, of every state but `dead`, `failed` and `unknown`, which can be redriven and keep theirs as long as themselves.
    public var bodies: Duration = .seconds(24 * 3600)
    /// `sent`, `delivered`, `expired` and `cancelled`.
    public var sent: Duration = .seconds(7 * 24 * 3600)
    /// `failed`.
    public var failed: Duration = .seconds(30 * 24 * 3600)
    /// `dead` and `unknown`.
    public var dead: Duration = .seconds(30 * 24 * 3600)

    public init() {}
}
