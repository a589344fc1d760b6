public import Resilience

/// A whole HTTP reply, of whatever status. A content coding has been undone: the body is as the upstream meant it.
public struct UpstreamReply: Equatable, Sendable {
    public var status: Int
    /// As received, names in the upstream's own spelling.
    public var headers: [HTTPField]
    public var body: [UInt8]
    /// What a large body takes of the memory that all replies share; given back when nobody keeps the reply any more.
    public var hold: ByteHold?

    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

extension UpstreamReply {
    /// Replies are equal by what they say, whatever memory they hold.
    public static func == (left: UpstreamReply, right: UpstreamReply) -> Bool {
        left.status == right.status && left.headers == right.headers && left.body == right.body
    }
}
