/// An object over the bytes that it was read from: where its members are, in their order, and nothing copied.
///
/// Of members with the same name the last one counts, as in most readers; ``count(of:)`` tells whether there are
/// several.
public struct JSONObjectView: Sendable {
    /// The whole text that the object stands in.
    public let bytes: [UInt8]
    /// The members of this object alone, not of those inside it.
    public let members: [JSONMember]
    /// Where the object stands: its opening brace to its closing one.
    public let range: Range<Int>

    /// Members of one object that are kept in mind: a few bytes of a text may be a member, which takes eight times as many.
    public static let mostMembers = 16_384

    /// Reads a document that is an object, and checks all of it in the same pass.
    ///
    /// - Throws: What is wrong with the document first.
    public init(_ bytes: [UInt8], rules: JSONRules = .strict) throws(JSONProblem) {
        let span = bytes.span
        var cursor = JSONCursor(rules: rules)
        try cursor.begin(span)
        let start = cursor.position
        members = try Self.members(span, &cursor)
        range = start..<cursor.position
        try cursor.end(span)
        self.bytes = bytes
    }

    /// Reads an object inside a text that was checked before.
    init(_ bytes: [UInt8], at start: Int) throws(JSONProblem) {
        var cursor = JSONCursor(at: start, rules: .lenient)
        members = try Self.members(bytes.span, &cursor)
        range = start..<cursor.position
        self.bytes = bytes
    }

    private static func members(_ span: Span<UInt8>, _ cursor: inout JSONCursor) throws(JSONProblem) -> [JSONMember] {
        var members: [JSONMember] = []
        members.reserveCapacity(8)
        try cursor.openObject(span)
        while let member = try cursor.nextMember(span) {
            guard members.count < mostMembers else { throw cursor.problem(.tooManyMembers, at: member.name.lowerBound) }
            members.append(member)
        }
        return members
    }

    /// The value of the last member of this name.
    public func value(_ name: String) -> JSONValue? {
        guard let member = members.last(where: { $0.isNamed(name, in: bytes) }) else { return nil }
        return value(of: member)
    }

    /// The value at the end of a path of member names, nil where one of them is missing or no object.
    public func value(at path: [String]) -> JSONValue? {
        guard let first = path.first, var value = value(first) else { return nil }
        for name in path.dropFirst() {
            guard let next = value.object?.value(name) else { return nil }
            value = next
        }
        return value
    }

    /// The text of the last member of this name, nil where it is no string.
    public func string(_ name: String) -> String? {
        value(name)?.string
    }

    /// Its number, nil where it is not written as an integer of at most 64 bits.
    public func integer(_ name: String) -> Int64? {
        value(name)?.integer
    }

    /// Its truth, nil where it is no boolean.
    public func bool(_ name: String) -> Bool? {
        value(name)?.bool
    }

    /// Its members, nil where it is no object.
    public func object(_ name: String) -> JSONObjectView? {
        value(name)?.object
    }

    /// How many members have this name.
    public func count(of name: String) -> Int {
        members.reduce(0) { $0 + ($1.isNamed(name, in: bytes) ? 1 : 0) }
    }

    /// A member's name, decoded.
    public func name(of member: JSONMember) -> String {
        JSONText.string(bytes, member.name)
    }

    /// The member's value.
    public func value(of member: JSONMember) -> JSONValue {
        JSONValue(member, in: bytes)
    }
}

/// Where one member of an object stands in the bytes that were scanned.
public struct JSONMember: Equatable, Sendable {
    /// The name between its quotes, still escaped.
    public var name: Range<Int>
    /// Whether the name holds a backslash.
    public var nameIsEscaped: Bool
    /// The value from its first byte to its last, quotes and brackets included.
    public var value: Range<Int>
    /// What kind of value it is.
    public var kind: JSONKind

    /// Whether it has this name, escaped or not, in the bytes that were scanned.
    package func isNamed(_ name: String, in bytes: [UInt8]) -> Bool {
        nameIsEscaped ? JSONText.string(bytes, self.name) == name : JSONText.equals(bytes.span, self.name, name)
    }
}
