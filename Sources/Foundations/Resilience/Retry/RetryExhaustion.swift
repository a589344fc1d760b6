/// What had been tried when nothing was left to try.
public struct RetryExhaustion: Equatable, Sendable {
    /// Attempts made, the first included.
    public var attempts: Int
    /// The time since the first attempt.
    public var age: Duration

    public init(attempts: Int, age: Duration) {
        self.attempts = attempts
        self.age = age
    }
}
