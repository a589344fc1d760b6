public import Weir

/// What reading a configuration file gave.
public struct ReadResult: Equatable, Sendable {
    /// `nil` if there is any problem.
    public var configuration: GatewayConfiguration?
    /// Everything that is wrong with the file, in its order: at most `ConfigurationReader.problemLimit`, then one that
    /// says how many more there are.
    public var problems: [ConfigurationProblem]
    /// What is allowed and probably not meant, in the file's order. A file with warnings alone is in force.
    public var warnings: [ConfigurationProblem]

    public init(
        configuration: GatewayConfiguration?,
        problems: [ConfigurationProblem] = [],
        warnings: [ConfigurationProblem] = []
    ) {
        self.configuration = configuration
        self.problems = problems
        self.warnings = warnings
    }
}
