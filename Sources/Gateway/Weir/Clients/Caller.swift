/// Who is calling: a configured client, or whoever reaches the listener where none is configured.
public struct Caller: Hashable, Sendable {
    /// The client's name; empty where no clients are configured.
    public var name: String
    /// What was in force when it was let in: its request goes by that to the end. `nil` for one that nobody let in.
    var settings: LiveSettings?

    public init(name: String) {
        self.name = name
    }

    init(name: String, by settings: LiveSettings) {
        self.name = name
        self.settings = settings
    }

    /// The metric label.
    public var label: String { name.isEmpty ? "none" : name }

    public static func == (left: Caller, right: Caller) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
