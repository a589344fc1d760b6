/// A value of a YAML file with its place. Aliases and merge keys are resolved, so that a node is a plain tree; nodes
/// that an alias repeats share their storage.
struct YAMLNode {
    enum Content {
        /// Whether the scalar was written without quotes: only then can it be null.
        case scalar(String, isPlain: Bool)
        case mapping([Entry])
        case sequence([YAMLNode])
        /// A problem has been reported; whoever reads it says nothing more.
        case invalid
    }

    struct Entry {
        var key: String
        /// Of the key.
        var position: SourcePosition
        var value: YAMLNode
    }

    var content: Content
    var position: SourcePosition
    /// How many values it holds, itself included, each alias counted in full.
    var size = 1
    /// 1 for a scalar, one more for each level around it.
    var height = 1

    /// Nothing, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, in a problem's words.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .invalid: "something else"
        }
    }
}
