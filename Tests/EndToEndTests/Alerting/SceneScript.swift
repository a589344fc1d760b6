/// What happens to one gateway, one thing after the other.
struct SceneScript: Sendable {
    /// Also the name of the gateway's app.
    let name: String
    var settings = SceneSettings()
    /// Whether the first provocation starts the gateway.
    var startsLater = false
    let provocations: [Provocation]
}
