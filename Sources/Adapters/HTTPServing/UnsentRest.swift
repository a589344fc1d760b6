internal import Resilience

/// What of a large answer hasn't been handed to the socket yet.
///
/// It is the answer's own array: a connection keeps one copy of it, and of what is on its way no more than a slice.
struct UnsentRest {
    /// Bytes handed on at a time.
    static let sliceBytes = 128 * 1024

    private var bytes: ArraySlice<UInt8>
    private let hold: ByteHold?

    /// Whether the connection ends behind it.
    let isLast: Bool
    /// Whether to go on discarding what the peer sends.
    let lingers: Bool

    init(_ bytes: ArraySlice<UInt8>, hold: ByteHold?, isLast: Bool, lingers: Bool) {
        self.bytes = bytes
        self.hold = hold
        self.isLast = isLast
        self.lingers = lingers
    }

    var count: Int { bytes.count }

    mutating func nextSlice() -> ArraySlice<UInt8> {
        let slice = bytes.prefix(Self.sliceBytes)
        bytes = bytes.dropFirst(slice.count)
        return slice
    }
}
