/// The app that a message is for.
struct ChosenApp: Sendable {
    /// The dispatcher's index.
    var index: Int
    var name: String
    var configuration: AppConfiguration
}
