package import NIOCore
public import Resilience

/// An answer to a request, or the way in which there is to be none.
public struct OutgoingReply: Sendable {
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
