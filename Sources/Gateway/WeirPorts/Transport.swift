public import Resilience

/// The way to the upstream.
public protocol Transport: Sendable {
    /// Sends `request` once, never repeating it by itself, and calls `completion` exactly once: on a thread of the
    /// transport's own, where it must not block. Never calls it before `send` has returned.
    func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    )
}

/// A whole HTTP reply, of whatever status. A content coding has been undone: the body is as the upstream meant it.
public struct UpstreamReply: Equatable, Sendable {
    /// The HTTP status code: any, as the upstream sent it.
    public var status: Int
    /// As received, names in the upstream's own spelling.
    public var headers: [HeaderField]
    /// The whole body, empty where there was none.
    public var body: [UInt8]
    /// What a large body takes of the memory that all replies share; given back when nobody keeps the reply any more.
    public var hold: ByteHold?
    /// How it came; `nil` where nobody wants to know, or the transport can't tell.
    public var connection: UpstreamConnection?

    /// Holds no memory of the shared budget; set `hold` where it does.
    public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }?.value
    }
}

extension UpstreamReply {
    /// Replies are equal by what they say, whatever memory they hold.
    public static func == (left: UpstreamReply, right: UpstreamReply) -> Bool {
        left.status == right.status && left.headers == right.headers && left.body == right.body
    }
}

/// The connection by which a reply came. By reference, since most replies are without.
public final class UpstreamConnection: Sendable {
    /// Of HTTP: `1.0`, `1.1`, `2` or `3`; `nil` for any other.
    public let version: String?
    /// The other end's IP address, which is a proxy's where there is one; empty where it isn't known.
    public let peerAddress: String
    /// The other end's port.
    public let peerPort: Int

    /// What the transport knows of it.
    public init(version: String?, peerAddress: String, peerPort: Int) {
        self.version = version
        self.peerAddress = peerAddress
        self.peerPort = peerPort
    }
}

extension Result<UpstreamReply, TransportFailure> {
    /// HTTP's; `nil` where there was no answer.
    package var status: Int? {
        if case .success(let reply) = self { reply.status } else { nil }
    }

    /// Why there was no answer.
    package var failure: TransportFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }

    /// How the answer came.
    package var connection: UpstreamConnection? {
        if case .success(let reply) = self { reply.connection } else { nil }
    }
}

/// Why no whole reply arrived.
public struct TransportFailure: Error, Equatable, Sendable {
    /// What went wrong. The raw values stand in answers and in messages' attempts.
    public enum Kind: String, CaseIterable, Sendable {
        /// The host's name could not be resolved.
        case resolve
        /// No connection could be made, in time or at all.
        case connect
        /// The connection could not be secured, or the certificate is not the host's.
        case tls
        /// The request's time was over.
        case timeout
        /// The connection broke, or closed before the reply was whole.
        case reset
        /// What came back is not HTTP.
        case malformed
        /// The reply is longer than the request allowed: Weir's own limit.
        case tooLarge
        /// The transport is shutting down, or the caller stopped sending its body.
        case cancelled
        /// The request can't be sent as it is given. Nothing was sent, and a repeat would end the same way.
        case invalid
        /// This machine has no descriptor, memory or free connection for it. Nothing was sent.
        case shortage

        /// Whether the failure says something about the upstream. The others are the caller's or this machine's.
        public var isEvidence: Bool {
            switch self {
            case .resolve, .connect, .tls, .timeout, .reset, .malformed: true
            case .tooLarge, .cancelled, .invalid, .shortage: false
            }
        }
    }

    /// What went wrong; `isEvidence` tells whether that says something about the upstream.
    public var kind: Kind
    /// Whether any byte of the request may have reached the upstream. When false, a repeat is always safe.
    public var bytesLeft: Bool
    /// The library's own words, without URL, header or body.
    public var detail: String

    /// `detail` is shown to operators: keep URL, headers and body out of it.
    public init(_ kind: Kind, bytesLeft: Bool, detail: String = "") {
        self.kind = kind
        self.bytesLeft = bytesLeft
        self.detail = detail
    }
}
