internal import NIOCore

/// Looks for the empty line that ends a block of lines, also where it came in pieces.
struct BlockEnding {
    private enum Matched {
        case nothing, lineFeed, lineFeedAndReturn
    }

    private var matched: Matched

    /// - Parameter afterLine: whether the bytes that come next stand at the beginning of a line.
    init(afterLine: Bool = false) {
        matched = afterLine ? .lineFeed : .nothing
    }

    /// The offset just behind the first empty line at or after `start`; nil if there is none yet.
    ///
    /// - Parameter takesBareLines: whether a line may end in a line feed alone.
    mutating func find(in buffer: ByteBuffer, from start: Int, takesBareLines: Bool) -> Int? {
        unsafe buffer.withUnsafeReadableBytes { bytes in
            var index = start
            while index < bytes.count {
                if matched == .nothing {
                    guard let next = unsafe bytes.firstLineFeed(from: index) else { return nil }
                    matched = .lineFeed
                    index = next + 1
                    continue
                }
                switch unsafe (bytes[index], matched) {
                case (0x0A, .lineFeedAndReturn):
                    matched = .nothing
                    return index + 1
                case (0x0A, _) where takesBareLines:
                    matched = .nothing
                    return index + 1
                case (0x0A, _): matched = .lineFeed
                case (0x0D, .lineFeed): matched = .lineFeedAndReturn
                default: matched = .nothing
                }
                index += 1
            }
            return nil
        }
    }
}
