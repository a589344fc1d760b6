/// A problem or a warning, before it is known in which file.
struct Finding: Hashable, Sendable {
    var position: SourcePosition
    var message: String
}
