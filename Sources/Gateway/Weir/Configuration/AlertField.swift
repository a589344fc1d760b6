/// One variable of a WeChat template and what it shows.
public struct AlertField: Equatable, Sendable {
    /// As the template has it: `thing1`, `time2`, `keyword1`.
    public var name: String
    public var value: AlertTemplate

    public init(name: String, value: AlertTemplate) {
        self.name = name
        self.value = value
    }
}
