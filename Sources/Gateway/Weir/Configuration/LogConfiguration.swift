/// What is logged, to standard error.
public struct LogConfiguration: Equatable, Sendable {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
    public var level = "info"

    public init() {}
}
