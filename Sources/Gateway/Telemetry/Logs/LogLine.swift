public import Logging
import RequestTracing

/// One line of the log in the making: a JSON object in which no name stands twice.
///
/// What comes in may be anybody's: values are cut to a length, and whatever a terminal might obey is escaped.
public struct LogLine {
    /// Bytes of one text; what is longer is cut.
    static let longestText = 4096
    /// Metadata beyond so many is left out.
    static let mostMembers = 64
    /// Put in front of a name that is there already.
    static let prefix = "metadata_"

    private var taken: Set<String> = []
    private var members: [UInt8] = []

    /// A line without members.
    public init() {}

    /// Adds a member. A name that is there already gets ``prefix`` until it is not.
    public mutating func add(_ name: String, _ value: Logger.MetadataValue) {
        guard taken.count < LogLine.mostMembers else { return }
        var name = name
        while taken.contains(name) { name = LogLine.prefix + name }
        taken.insert(name)
        if !members.isEmpty { members.append(UInt8(ascii: ",")) }
        LogLine.append(text: name, to: &members)
        members.append(UInt8(ascii: ":"))
        LogLine.append(value, to: &members)
    }

    /// The whole line, its end included.
    public var bytes: [UInt8] { [UInt8(ascii: "{")] + members + Array("}\n".utf8) }

    // MARK: Values

    private static func append(_ value: Logger.MetadataValue, to json: inout [UInt8]) {
        switch value {
        case .string(let text): append(text: text, to: &json)
        case .stringConvertible(let value): append(scalar: value, to: &json)
        case .array(let values):
            json.append(UInt8(ascii: "["))
            for (index, value) in values.prefix(mostMembers).enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                append(value, to: &json)
            }
            json.append(UInt8(ascii: "]"))
        case .dictionary(let members):
            json.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).prefix(mostMembers).enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                append(text: member.key, to: &json)
                json.append(UInt8(ascii: ":"))
                append(member.value, to: &json)
            }
            json.append(UInt8(ascii: "}"))
        }
    }

    /// Numbers and booleans as JSON has them; all else, and numbers that JSON has not, as text.
    private static func append(scalar value: any CustomStringConvertible, to json: inout [UInt8]) {
        switch value {
        case let value as Bool: json.append(contentsOf: "\(value)".utf8)
        case let value as any BinaryInteger: json.append(contentsOf: "\(value)".utf8)
        case let value as Double where value.isFinite: json.append(contentsOf: "\(value)".utf8)
        default: append(text: value.description, to: &json)
        }
    }

    private static func append(text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        var room = longestText
        for scalar in text.unicodeScalars {
            room -= UTF8.width(scalar)
            guard room >= 0 else {
                json.append(contentsOf: "…".utf8)
                break
            }
            append(scalar, to: &json)
        }
        json.append(UInt8(ascii: "\""))
    }

    private static func append(_ scalar: Unicode.Scalar, to json: inout [UInt8]) {
        switch scalar {
        case "\"", "\\":
            json.append(UInt8(ascii: "\\"))
            json.append(UInt8(scalar.value))
        case " "..."~":
            json.append(UInt8(scalar.value))
        case _ where !Stranger.isShown(scalar):
            for unit in Character(scalar).utf16 {
                let digits = String(unit, radix: 16)
                json.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        default:
            json.append(contentsOf: Character(scalar).utf8)
        }
    }
}
