/// Why bytes are not the JSON that was asked for, and where.
public struct JSONProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was found wrong; the raw values are for people.
    public enum Reason: String, CaseIterable, Sendable {
        case unexpectedEnd = "the document ends early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "something follows the document"
        case notAnObject = "not an object"
        case notAnArray = "not an array"
        case tooManyMembers = "an object with too many members"
        case tooDeep = "nested too deeply"
        case controlCharacter = "control character in a string"
        case invalidUTF8 = "not UTF-8"
        case invalidEscape = "invalid escape"
        case unpairedSurrogate = "half of a surrogate pair"
        case invalidNumber = "invalid number"
        case byteOrderMark = "byte order mark"
    }

    /// The byte, counted from 0, at which the problem shows.
    public var offset: Int
    /// What is wrong there.
    public var reason: Reason

    /// A problem at a byte.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    /// For people: the reason and the byte, and nothing of the document.
    public var description: String {
        "\(reason.rawValue) at byte \(offset)"
    }
}
