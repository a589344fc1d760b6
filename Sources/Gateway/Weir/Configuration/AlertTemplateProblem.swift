/// What is wrong with a text that has placeholders.
public enum AlertTemplateProblem: Error, Equatable, Sendable {
    /// No placeholder has this name.
    case unknown(String)
    /// A `{` without `}`, or a `}` without `{`.
    case lonelyBrace
}
