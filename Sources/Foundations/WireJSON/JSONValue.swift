/// A value inside scanned bytes: nothing is decoded before it is asked for.
public struct JSONValue: Sendable {
    /// The whole text that the value stands in.
    public let bytes: [UInt8]
    /// Where it stands, quotes and brackets included.
    public let range: Range<Int>
    /// What kind of value it is.
    public let kind: JSONKind

    init(bytes: [UInt8], range: Range<Int>, kind: JSONKind) {
        self.bytes = bytes
        self.range = range
        self.kind = kind
    }

    /// The value of a member that was found in `bytes`.
    package init(_ member: JSONMember, in bytes: [UInt8]) {
        self.init(bytes: bytes, range: member.value, kind: member.kind)
    }

    /// The text of a string, else nil.
    public var string: String? {
        kind == .string ? JSONText.string(bytes, inside) : nil
    }

    /// The value of a number that is written as an integer and fits in 64 bits, else nil.
    public var integer: Int64? {
        kind == .number ? JSONText.integer(bytes.span, range) : nil
    }

    /// As ``integer``, and also taken from a string of digits: some of WeChat's answers quote their numbers.
    public var lenientInteger: Int64? {
        kind == .string ? JSONText.integer(bytes.span, inside) : integer
    }

    /// The value of a boolean, else nil.
    public var bool: Bool? {
        kind == .bool ? bytes[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// The members of an object, else nil.
    public var object: JSONObjectView? {
        kind == .object ? try? JSONObjectView(bytes, at: range.lowerBound) : nil
    }

    /// The elements of an array, else nil.
    public var array: [JSONValue]? {
        elements(upTo: .max)
    }

    /// The first elements of an array, at most `limit`; nil where it is no array.
    public func elements(upTo limit: Int) -> [JSONValue]? {
        guard kind == .array else { return nil }
        let span = bytes.span
        var cursor = JSONCursor(at: range.lowerBound + 1, rules: .lenient)
        var elements: [JSONValue] = []
        cursor.skipWhitespace(span)
        while cursor.position < range.upperBound - 1, elements.count < limit {
            let start = cursor.position
            guard let kind = try? cursor.skipValue(span, depth: 1) else { return nil }
            elements.append(JSONValue(bytes: bytes, range: start..<cursor.position, kind: kind))
            cursor.skipWhitespace(span)
            cursor.position += 1
            cursor.skipWhitespace(span)
        }
        return elements
    }

    /// The value as it is written.
    public var text: ArraySlice<UInt8> {
        bytes[range]
    }

    private var inside: Range<Int> {
        (range.lowerBound + 1)..<(range.upperBound - 1)
    }
}

/// The kind of a JSON value.
public enum JSONKind: UInt8, Sendable {
    case object, array, string, number, bool, null

    /// With its article, as an error text for people needs it.
    package var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}
