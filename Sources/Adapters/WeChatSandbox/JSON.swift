internal import Foundation

/// A JSON value, read by Foundation: deliberately not by any code of the gateway.
enum JSON: Equatable, Sendable {
    case null
    /// `true` and `false` are 1 and 0.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// - Returns: nil for what isn't JSON or has neither an object nor an array at its top.
    init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, let value = try? JSONSerialization.jsonObject(with: Data(bytes)) else { return nil }
        self.init(value)
    }

    private init(_ value: Any) {
        switch value {
        case let text as String:
            self = .string(text)
        case let members as [String: Any]:
            self = .object(members.mapValues { JSON($0) })
        case let elements as [Any]:
            self = .array(elements.map { JSON($0) })
        case let number as NSNumber:
            let integer = number.int64Value
            self = Double(integer) == number.doubleValue ? .integer(integer) : .number(number.doubleValue)
        default:
            self = .null
        }
    }

    subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var members: [String: JSON]? {
        if case .object(let members) = self { members } else { nil }
    }

    var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var int: Int? {
        if case .integer(let integer) = self { Int(integer) } else { nil }
    }

    var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// `text` as a JSON string, quotes and all.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<" ": result += "\\u" + hex(UInt64(scalar.value), digits: 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func quoted(_ text: String?) -> String {
        text.map { quoted($0) } ?? "null"
    }

    static func hex(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
