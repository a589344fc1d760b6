/// Who is calling: a configured client, or whoever reaches the listener where none is configured.
public struct Caller: Hashable, Sendable {
    /// The client's name; empty where no clients are configured.
    public var name: String

    public init(name: String) {
        self.name = name
    }

    /// The metric label.
    public var label: String { name.isEmpty ? "none" : name }
}
