/// One variable of a WeChat template and what it shows.
public struct AlertField: Equatable, Sendable {
    /// As the template has it: `thing1`, `time2`, `keyword1`.
    public var name: String
    public var value: AlertTemplate

    public init(name: String, value: AlertTemplate) {
        self.name = name
        self.value = value
    }

    /// How many characters WeChat shows: what it documents for the kind that begins the name, and 200 where it documents nothing.
    /// A longer value would be refused with 47003.
    var limit: Int {
        let kind = name.prefix { $0.isLetter || $0 == "_" }
        return AlertField.limits[String(kind)] ?? 200
    }

    private static let limits: [String: Int] = [
        "thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "time": 40, "date": 40,
        "amount": 12, "phone_number": 17, "car_number": 8, "name": 10, "phrase": 5, "const": 20, "short_thing": 20,
    ]
}
