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
}
