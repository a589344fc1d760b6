/// An alert by its name and those labels that tell it from its likes. Its instance and app, where it has them, are the scene's.
struct ExpectedAlert: Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    var name: String
    var labels: [String: String]

    init(_ name: String, _ labels: [String: String] = [:]) {
        self.name = name
        self.labels = labels
    }

    init(stringLiteral name: String) {
        self.init(name)
    }

    var description: String {
        labels.isEmpty ? name : "\(name) \(labels)"
    }

    /// - Parameters:
    ///   - instance: the scene's `host:port`.
    ///   - app: the scene's app.
    func matches(_ found: [String: String], instance: String, app: String) -> Bool {
        guard found["alertname"] == name, found["instance"] ?? instance == instance, found["app"] ?? app == app
        else { return false }
        return labels.allSatisfy { found[$0.key] == $0.value }
    }
}
