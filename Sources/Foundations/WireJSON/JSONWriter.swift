/// Writes JSON into a byte buffer: what a reply or a request needs, without a detour over dictionaries.
///
/// It sets the commas; that an object has members and an array has elements is up to the caller.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty buffer.
    public init() {
        bytes.reserveCapacity(256)
    }

    // MARK: Containers

    /// An object of the members that the closure writes.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        container("{", "}", members)
    }

    /// An array of the elements that the closure writes.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        container("[", "]", elements)
    }

    private mutating func container(
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ content: (inout JSONWriter) -> Void
    ) {
        begin(open)
        content(&self)
        end(close)
    }

    /// Opens an object or array, for a writer that can't do it in one closure; ``end(_:)`` closes it.
    package mutating func begin(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    /// Closes what ``begin(_:)`` opened.
    package mutating func end(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    // MARK: Members

    /// A string, escaped.
    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Left out when `value` is `nil`.
    public mutating func member(_ name: String, _ value: String?) {
        if let value { member(name, value) }
    }

    /// An integer of any width, in full.
    public mutating func member(_ name: String, _ value: some FixedWidthInteger & Sendable) {
        key(name)
        integer(value)
    }

    /// Left out when `value` is `nil`.
    public mutating func member(_ name: String, _ value: Int?) {
        if let value { member(name, value) }
    }

    /// A boolean.
    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// The shortest decimal that reads back as `value`; null for infinities and NaN, which JSON does not have.
    public mutating func member(_ name: String, _ value: Double) {
        key(name)
        literal(value.isFinite ? "\(value)" : "null")
    }

    /// A member whose value is JSON already.
    public mutating func member(_ name: String, raw json: some Collection<UInt8>) {
        key(name)
        raw(json)
    }

    /// A member whose value is an object.
    public mutating func member(_ name: String, object members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    /// A member whose value is an array.
    public mutating func member(_ name: String, array elements: (inout JSONWriter) -> Void) {
        key(name)
        array(elements)
    }

    // MARK: Values

    /// A string, escaped as RFC 8259 wants; everything above ASCII is written as it is.
    public mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 { escape(byte) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// An integer of any width, in full.
    public mutating func integer(_ value: some FixedWidthInteger) {
        literal(String(value))
    }

    /// A value that is JSON already.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A number that came as a double: whole ones that a double holds exactly are written as integers, others as the shortest decimal
    /// that reads back. Null for infinities and NaN, which JSON does not have.
    package mutating func number(_ value: Double) {
        if value.magnitude <= 0x1p53, let whole = Int64(exactly: value) { return integer(whole) }
        literal(value.isFinite ? "\(value)" : "null")
    }

    /// `true` or `false`.
    package mutating func bool(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    private mutating func literal(_ text: String) {
        raw(text.utf8)
    }

    /// A member's name, whose value comes next.
    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        default: JSONText.appendEscaped(byte, to: &bytes)
        }
    }
}
