/// Names a gate: an app's index, an api's label and its group, as paths that the catalog doesn't know have one label in any group.
struct GateKey: Hashable, Sendable {
    var app: Int
    var api: String
    var group: String
}
