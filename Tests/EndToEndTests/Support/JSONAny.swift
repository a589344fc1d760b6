import Foundation

/// Any JSON, to be looked into.
enum JSONAny: Equatable, Sendable, Decodable {
    case object([String: JSONAny])
    case array([JSONAny])
    case string(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
    case null

    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONDecoder().decode(JSONAny.self, from: Data(bytes)) else { return nil }
        self = value
    }

    init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let object = try? value.decode([String: JSONAny].self) {
            self = .object(object)
        } else if let array = try? value.decode([JSONAny].self) {
            self = .array(array)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .null
        }
    }

    /// A member, or nil where there is none.
    subscript(_ name: String) -> JSONAny? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var array: [JSONAny] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var int: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(value)
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// `text` as a JSON string, quotes included.
    static func quoted(_ text: String) -> String {
        guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
