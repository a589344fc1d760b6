/// One HTTP header line.
public struct HeaderField: Hashable, Sendable {
    public var name: String
    public var value: String {
        didSet { rawValue = nil }
    }
    /// The value's bytes where they are no UTF-8, such as a file name in GBK: whoever passes the field on writes these. `value`
    /// then holds what can be read of them.
    public private(set) var rawValue: [UInt8]?

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A value as it came over the wire.
    public init(_ name: String, bytes: ArraySlice<UInt8>) {
        self.name = name
        value = String(decoding: bytes, as: UTF8.self)
        // What is no UTF-8 was replaced by other bytes.
        if !value.utf8.elementsEqual(bytes) { rawValue = Array(bytes) }
    }
}
