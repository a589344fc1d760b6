import Timekeeping

/// The kinds of values that WeChat's templates have, by how a variable's name begins: what each may hold.
///
/// A value that breaks its kind's rule ends the whole message for good (47003): what can't be shown is left out.
enum AlertFieldKind: String, CaseIterable, Sendable {
    case thing, number, letter, symbol, time, date, amount, name, phrase
    case characterString = "character_string"
    case phoneNumber = "phone_number"
    case carNumber = "car_number"
    case const
    case shortThing = "short_thing"
    /// What WeChat documents nothing of: `first`, `keyword1`, `remark`.
    case free

    /// - Parameter field: a template's variable: `thing1`, `character_string2`.
    init(field: String) {
        self = AlertFieldKind(rawValue: String(field.prefix { $0.isLetter || $0 == "_" })) ?? .free
    }

    /// The most characters of a value.
    var limit: Int {
        switch self {
        case .thing, .const, .shortThing: 20
        case .number, .letter, .characterString: 32
        case .symbol, .phrase: 5
        case .time, .date: 40
        // A sign, ten digits, a point and 元.
        case .amount: 13
        case .phoneNumber: 17
        case .carNumber: 8
        // As many Chinese characters; of letters alone 20.
        case .name: 10
        case .free: 200
        }
    }

    /// How many characters fit, for kinds that hold any text; nil for those that hold something of it.
    var characters: Int? {
        switch self {
        case .thing, .const, .shortThing, .free, .characterString: limit
        default: nil
        }
    }

    /// A valid value that says as much of `text` as the kind can hold.
    ///
    /// - Parameters:
    ///   - text: without control characters.
    ///   - times: what a time may be where `text` is none, the better ones first.
    func value(_ text: String, times: [Timestamp] = []) -> String {
        switch self {
        case .thing, .const, .shortThing, .free: plain(text)
        case .number: AlertNumber(text, digits: limit)?.text ?? "0"
        case .amount: AlertNumber(text, digits: 10)?.amount ?? "0"
        case .letter: kept(text, or: "none", where: Self.isLetter)
        case .symbol: kept(text, or: "-", where: Self.isSymbol)
        case .phrase: kept(text, or: "告警", where: Self.isChinese)
        case .characterString: characterString(text)
        case .phoneNumber: phoneNumber(text)
        case .carNumber: carNumber(text)
        case .name: name(text)
        case .time, .date: AlertTime(text, needsDate: self == .date)?.text ?? time(times)
        }
    }

    private func plain(_ text: String) -> String {
        let value = AlertText.cut(text, characters: limit)
        return AlertText.isBlank(value) ? "-" : value
    }

    private func time(_ times: [Timestamp]) -> String {
        // Years of four digits only: a caller names the beginning of an alert.
        let time = times.lazy.map(AlertText.time).first { AlertTime($0, needsDate: true) != nil }
        return time ?? "2000-01-01 00:00:00"
    }

    private func kept(_ text: String, or none: String, where isAllowed: (Unicode.Scalar) -> Bool) -> String {
        let value = Self.filtered(text, upTo: limit, where: isAllowed)
        return value.isEmpty ? none : value
    }

    /// Digits, letters and signs. Whether a space is taken is documented nowhere.
    private func characterString(_ text: String) -> String {
        let value = Self.filtered(Self.joined(text), upTo: limit + 1, where: Self.isVisibleASCII)
        guard value.contains(where: { $0 != "_" }) else { return "-" }
        return value.utf8.count <= limit ? value : value.prefix(limit - 3) + "..."
    }

    /// Chinese or not: the two have limits of their own, and no digits.
    private func name(_ text: String) -> String {
        let isChinese = text.unicodeScalars.contains(where: Self.isChinese)
        let value = Self.filtered(isChinese ? text : Self.joined(text), upTo: isChinese ? limit : 2 * limit) { scalar in
            isChinese
                ? Self.isChinese(scalar) : Self.isLetter(scalar) || scalar == "_" || scalar == "-" || scalar == "."
        }
        return value.contains(where: { $0.isLetter }) ? value : "none"
    }

    private func phoneNumber(_ text: String) -> String {
        let value = Self.filtered(text, upTo: limit) { Self.isDigit($0) || $0 == "+" || $0 == "-" }
        return value.contains(where: \.isNumber) ? value : "0"
    }

    /// Letters and digits, the first and the last perhaps Chinese.
    private func carNumber(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars.filter { Self.isChinese($0) || Self.isLetter($0) || Self.isDigit($0) })
        var value = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() where value.count < limit {
            let isEnd = index == 0 || index == scalars.count - 1
            if isEnd || !Self.isChinese(scalar) { value.append(scalar) }
        }
        return value.contains(where: { !Self.isChinese($0) }) ? String(value) : "0"
    }

    // MARK: Characters

    private static func filtered(
        _ text: String,
        upTo limit: Int,
        where isAllowed: (Unicode.Scalar) -> Bool
    ) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.lazy.filter(isAllowed).prefix(limit)))
    }

    /// Words stay apart where no space may be.
    private static func joined(_ text: String) -> String {
        text.replacing(" ", with: "_")
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { "a"..."z" ~= scalar || "A"..."Z" ~= scalar }

    private static func isVisibleASCII(_ scalar: Unicode.Scalar) -> Bool { 0x21...0x7E ~= scalar.value }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        isVisibleASCII(scalar) && !isDigit(scalar) && !isLetter(scalar)
    }

    private static func isChinese(_ scalar: Unicode.Scalar) -> Bool { 0x4E00...0x9FFF ~= scalar.value }
}
