/// One thing that is wrong with a message, and where.
public struct FieldProblem: Error, Equatable, Sendable {
    /// The path inside the message: `data.thing1.value`, `touser[3]`; empty for the message itself.
    public var field: String
    /// What is wrong, without anything of what the message says.
    public var problem: String

    /// A problem at a path.
    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }
}
