/// A value of the file with its dotted path.
struct Field {
    /// Such as `apps.main.secret`; empty for the root.
    var path: String
    /// Where the key stands.
    var keyPosition: SourcePosition
    var node: YAMLNode

    var position: SourcePosition { node.position }

    /// Whether it holds a mapping, of which nothing at all is the empty one.
    var isMapping: Bool {
        if case .mapping = node.content { true } else { node.isNull }
    }
}
