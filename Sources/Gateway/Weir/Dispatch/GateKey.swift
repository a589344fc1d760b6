/// Names a gate: an app's index and an api's label.
struct GateKey: Hashable, Sendable {
    var app: Int
    var api: String
}
