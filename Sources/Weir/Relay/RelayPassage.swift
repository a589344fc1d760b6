/// A relayed call that may go: as whom, for which app, and to which target.
struct RelayPassage: Sendable {
    var caller: Caller
    /// The app's index with the dispatcher.
    var app: Int
    var prefix: String
    var suffix: String
    /// Whether the app's real token goes between prefix and suffix.
    var usesToken: Bool
}
