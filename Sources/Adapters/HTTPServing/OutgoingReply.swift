package import NIOCore
public import Resilience

/// An answer to a request, or the way in which there is to be none.
public struct OutgoingReply: Sendable {
    /// The HTTP status code, such as 200.
    public var status: Int

    /// In order. `Content-Length`, `Transfer-Encoding` and `Connection` are the listener's own and left out if given,
    /// as is a field that would break the message's framing (a name that is no token, a line break in a value).
    public var headers: [(name: String, value: String)]

    /// Fields after those whose values are no UTF-8, such as a file name in GBK; written as they are.
    public var rawHeaders: [(name: String, value: [UInt8])] = []

    /// Not sent in answer to `HEAD`, nor with 204 and 304.
    public var body: [UInt8]

    /// Whether the connection ends with this answer although the peer would keep it.
    public var closesConnection: Bool

    /// What a large body takes of the memory that all replies share: given back when the peer has taken the reply, or is gone.
    public var hold: ByteHold?

    /// Takes the connection in place of an answer; see ``handingOver(to:)``.
    var takesOver: (@Sendable (any Channel) -> Void)?

    /// By default the connection is kept if the peer wants that.
    public init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
    }

    /// No answer: the connection is closed in an orderly way (FIN).
    public static var noAnswer: OutgoingReply { handingOver { $0.close(promise: nil) } }

    /// No answer of the listener's: `take` gets the connection, on its event loop, and has to close it. Nothing more is read.
    package static func handingOver(to take: @escaping @Sendable (any Channel) -> Void) -> OutgoingReply {
        var reply = OutgoingReply(status: 500)
        reply.takesOver = take
        return reply
    }
}

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
