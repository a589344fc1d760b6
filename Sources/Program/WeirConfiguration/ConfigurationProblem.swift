public import Weir

/// One thing that is wrong with a configuration file, or worth a warning. No value that may be secret is ever part of
/// it.
public struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path as it was given.
    public var file: String
    /// Counts from 1.
    public var line: Int
    /// Counts from 1, in Unicode scalars.
    public var column: Int
    /// What is wrong and how to put it right; begins with the key's dotted path where there is one.
    public var message: String

    /// `message` is shown: no value that may be secret belongs in it.
    public init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line:column: message`
    public var description: String {
        "\(file):\(line):\(column): \(message)"
    }
}

/// What reading a configuration file gave.
public struct ReadResult: Equatable, Sendable {
    /// `nil` if there is any problem.
    public var configuration: GatewayConfiguration?
    /// Everything that is wrong with the file, in its order: at most `ConfigurationReader.problemLimit`, then one that
    /// says how many more there are.
    public var problems: [ConfigurationProblem]
    /// What is allowed and probably not meant, in the file's order. A file with warnings alone is in force.
    public var warnings: [ConfigurationProblem]

    /// Leave `configuration` out where there is any problem.
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

/// Why a file could not be read.
public enum FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case missing
    /// It is a folder.
    case folder
    /// The process may not read it.
    case denied
    /// Anything else.
    case unreadable

    /// A phrase that follows the file's path.
    public var description: String {
        switch self {
        case .missing: "does not exist"
        case .folder: "is a folder"
        case .denied: "may not be read by this process"
        case .unreadable: "cannot be read"
        }
    }
}
