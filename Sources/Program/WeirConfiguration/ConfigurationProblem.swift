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
