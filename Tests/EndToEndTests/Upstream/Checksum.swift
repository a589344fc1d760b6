/// A running FNV-1a of bytes, to hold two large bodies against each other without keeping them.
struct Checksum: Sendable, Equatable {
    private(set) var length = 0
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    init(_ bytes: [UInt8]) {
        add(bytes[...])
    }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        length += bytes.count
        var value = hash
        let span = bytes.span
        for index in span.indices { value = (value ^ UInt64(span[index])) &* 0x0000_0100_0000_01b3 }
        hash = value
    }
}
