public import Resilience

/// An answer to a request, or the way in which there is to be none.
public struct OutgoingReply: Sendable {
    /// How the answer's sending ends.
    public enum Ending: Equatable, Sendable {
        /// All of it is sent.
        case whole
        /// `Content-Length` promises all of the body, so many bytes of it are sent, and the connection is closed.
        case cut(afterBytes: Int)
        /// Nothing is sent and the connection is closed in an orderly way (FIN).
        case close
        /// Nothing is sent and the connection is reset (RST).
        case reset
    }

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

    /// Anything but ``Ending/whole`` is for a server that misbehaves on purpose.
    public var ending: Ending

    public init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        closesConnection: Bool = false,
        ending: Ending = .whole
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
        self.ending = ending
    }

    /// No answer: the connection ends as `ending` says.
    public static func abort(_ ending: Ending) -> OutgoingReply {
        OutgoingReply(status: 500, ending: ending)
    }
}
