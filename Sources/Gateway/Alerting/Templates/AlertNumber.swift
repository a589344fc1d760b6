/// The first number in a text, as a template's `number` and `amount` take it.
struct AlertNumber: Equatable, Sendable {
    /// Digits, perhaps with a point and more digits.
    let text: String
    private let currency: Character?
    private let isYuan: Bool

    private static let currencies: Set<Character> = ["¥", "￥", "$", "€", "£"]

    /// - Parameter digits: the most; of more only nines are left, since a number that lacks its last digits is another one.
    init?(_ source: String, digits limit: Int) {
        guard let start = source.firstIndex(where: AlertNumber.isDigit) else { return nil }
        let whole = source[start...].prefix(while: AlertNumber.isDigit)
        var rest = source[whole.endIndex...]
        var fraction: Substring = ""
        if rest.first == ".", rest.dropFirst().first.map(AlertNumber.isDigit) ?? false {
            fraction = rest.dropFirst().prefix(while: AlertNumber.isDigit)
            rest = rest[fraction.endIndex...]
        }
        // The point is a character of its own.
        let room = limit - whole.count - 1
        if whole.count > limit {
            text = String(repeating: "9", count: limit)
        } else if fraction.isEmpty || room < 1 {
            text = String(whole)
        } else {
            text = "\(whole).\(fraction.prefix(room))"
        }
        currency = source[..<start].last.flatMap { AlertNumber.currencies.contains($0) ? $0 : nil }
        isYuan = rest.first == "元"
    }

    /// With the sign of the currency and 元, where they stood beside it.
    var amount: String {
        (currency.map(String.init) ?? "") + text + (isYuan ? "元" : "")
    }

    /// By its code: in the order of characters a digit with a mark on it stands between two others.
    private static func isDigit(_ character: Character) -> Bool {
        character.asciiValue.map { 0x30...0x39 ~= $0 } ?? false
    }
}
