import WireJSON

/// The few members of an answer that classification needs, found in one pass.
struct ReplyFields {
    enum Code: Equatable {
        case absent
        case number(Int)
        /// It is there, but neither a number nor a string of digits.
        case unreadable
    }

    var code = Code.absent
    /// The inside of the string errmsg.
    var message: Range<Int>?
    var msgid: Int64?
    var hasAccessToken = false
    /// The value of `base_resp`, in which device-style APIs wrap the code.
    private var wrapper: Range<Int>?

    /// Reads a document that must be a whole object; what follows it or stands in its strings is read leniently. Of
    /// members with the same name the last one counts.
    init(_ bytes: Span<UInt8>) throws(JSONProblem) {
        _ = try JSONScanner.forEachMember(of: bytes, rules: .lenient) { read($0, of: bytes, isWrapped: false) }
        if code == .absent, let wrapper {
            try JSONScanner.forEachMember(ofObjectAt: wrapper.lowerBound, in: bytes) {
                read($0, of: bytes, isWrapped: true)
            }
        }
    }

    private mutating func read(_ member: JSONMember, of bytes: Span<UInt8>, isWrapped: Bool) {
        switch member.name.count {
        case 3 where isWrapped && JSONText.equals(bytes, member.name, "ret"):
            code = Self.code(bytes, member)
        case 5 where JSONText.equals(bytes, member.name, "msgid"):
            msgid = Self.integer(bytes, member)
        case 6 where JSONText.equals(bytes, member.name, "errmsg"):
            message = member.kind == .string ? Self.inside(member) : nil
        case 6 where JSONText.equals(bytes, member.name, "msg_id"):
            msgid = Self.integer(bytes, member)
        case 7 where JSONText.equals(bytes, member.name, "errcode"):
            code = Self.code(bytes, member)
        case 7 where isWrapped && JSONText.equals(bytes, member.name, "err_msg"):
            message = member.kind == .string ? Self.inside(member) : nil
        case 9 where member.kind == .object && JSONText.equals(bytes, member.name, "base_resp"):
            wrapper = member.value
        case 12 where JSONText.equals(bytes, member.name, "access_token"):
            hasAccessToken = member.kind == .string && member.value.count > 2
        default:
            break
        }
    }

    private static func inside(_ member: JSONMember) -> Range<Int> {
        (member.value.lowerBound + 1)..<(member.value.upperBound - 1)
    }

    private static func integer(_ bytes: Span<UInt8>, _ member: JSONMember) -> Int64? {
        switch member.kind {
        case .number: JSONText.integer(bytes, member.value)
        case .string: JSONText.integer(bytes, inside(member))
        default: nil
        }
    }

    private static func code(_ bytes: Span<UInt8>, _ member: JSONMember) -> Code {
        if member.kind == .null { return .absent }
        guard let value = integer(bytes, member), let code = Int(exactly: value) else { return .unreadable }
        return .number(code)
    }
}
