public import Addressing
internal import NIOCore
internal import NIOHTTP1

/// One request as it was received, its body perhaps still on its way.
public struct IncomingRequest: Sendable {
    /// Upper case as sent: `GET`.
    public let method: String

    /// Path and query as received: without scheme and host where the request line had them (absolute-form).
    public let target: String

    /// The host that the request is for, with its port if it was given: of an absolute-form target, else of the `Host` header
    /// (RFC 9112 3.2.2). Nil when the peer named none.
    public let host: String?

    /// Whether the peer's address is of this machine's loopback network.
    public let isLoopback: Bool

    /// The IP address of the connection's other end: of a proxy where there is one. `nil` where it has none.
    public var peer: String? { address.ipAddress }

    /// The same with its port; `nil` also where the request came over no connection.
    public var peerWithPort: HostPort? { address.hostPort }

    /// `1.0` or `1.1`, as the request line says.
    public var protocolVersion: String { isOldVersion ? "1.0" : "1.1" }

    /// For learning that the caller has hung up.
    public let connection: ConnectionHandle

    private let isOldVersion: Bool
    private let address: PeerAddress
    private let fields: HTTPHeaders
    private let content: RequestBody

    /// A request that came over no connection, for tests of handlers.
    public init(
        method: String,
        target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isLoopback: Bool = true,
        peer: String? = nil,
        connection: ConnectionHandle = ConnectionHandle()
    ) {
        let fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        self.method = method
        (self.target, host) = Self.resolve(target, fields)
        self.isLoopback = isLoopback
        isOldVersion = false
        address = peer.map { PeerAddress.text($0) } ?? .unknown
        self.connection = connection
        self.fields = fields
        content = .complete(ByteBuffer(bytes: body))
    }

    init(_ head: HTTPRequestHead, body: RequestBody, peer: PeerAddress, connection: ConnectionHandle) {
        method = head.method.rawValue
        (target, host) = Self.resolve(head.uri, head.headers)
        fields = head.headers
        content = body
        isLoopback = peer.isLoopback
        address = peer
        isOldVersion = head.version.minor == 0
        self.connection = connection
    }

    private static func resolve(_ target: String, _ fields: HTTPHeaders) -> (target: String, host: String?) {
        guard let (authority, path) = RequestTarget.absoluteForm(target) else {
            return (target, fields.first(name: "host"))
        }
        return (path, authority)
    }

    /// The target up to the question mark, still percent-encoded.
    public var path: Substring {
        target.utf8.firstIndex(of: UInt8(ascii: "?")).map { target[..<$0] } ?? target[...]
    }

    /// What follows the question mark, still percent-encoded; nil without one.
    public var query: String? {
        target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[target.utf8.index(after: $0)...]) }
    }

    /// The first value of a header field, whatever its case on the wire.
    public func header(_ lowercasedName: String) -> String? {
        fields.first(name: lowercasedName)
    }

    /// A field that is a list, such as `Accept`: the elements of all its lines in order, without the spaces around them and
    /// without empty ones (RFC 9110 5.3). Quoted strings stay whole, quotes included.
    public func headerList(_ lowercasedName: String) -> [String] {
        HeaderList.of(fields[lowercasedName])
    }

    /// Every header field in order, as received.
    public var headerPairs: [(name: String, value: String)] {
        fields.map { (name: $0.name, value: $0.value) }
    }

    /// How long the body is by its `Content-Length`; nil where there is none, also if it is chunked.
    public var declaredLength: Int? {
        fields.declaredLength
    }

    /// The body to be read piece by piece while it arrives, in place of ``body(upTo:)``: with ``declaredLength`` only, and nil
    /// if what still arrives has been asked for before. If the answer is given before all of it was read, the connection ends
    /// with the answer.
    public func stream() -> BodyReader? {
        guard let declaredLength else { return nil }
        let stream =
            switch content {
            case .complete(let buffer): BodyStream(complete: buffer)
            case .arriving(let stream): stream
            }
        return stream.claimForStreaming() ? BodyReader(stream, length: declaredLength) : nil
    }

    /// The whole body. It may be asked for again; a peer that waits for `100 Continue` gets it with the first call.
    ///
    /// Over 64 KiB it is read only once memory for it could be taken from the listener's budget, which has it back when the
    /// handler returns. So a handler should make sure first that the caller may send anything at all.
    ///
    /// - Throws: ``BodyError/tooLarge(limit:)`` over `limit` bytes, as soon as that is known;
    ///   ``BodyError/incomplete`` when the rest will never come; ``BodyError/overloaded`` when there is no memory for it.
    public func body(upTo limit: Int) async throws(BodyError) -> [UInt8] {
        switch content {
        case .complete(let buffer):
            guard buffer.readableBytes <= limit else { throw .tooLarge(limit: limit) }
            return Array(buffer.readableBytesView)
        case .arriving(let stream):
            return try await stream.collect(upTo: limit)
        }
    }
}

/// A request's body at the moment when its handler starts.
enum RequestBody: Sendable {
    /// All of it was there with the headers.
    case complete(ByteBuffer)

    /// Some of it is still to come.
    case arriving(BodyStream)

    /// Bytes of it, as far as that is known: `Int.max` where it is not.
    func length(declared head: HTTPRequestHead) -> Int {
        switch self {
        case .complete(let bytes): bytes.readableBytes
        case .arriving: head.headers.declaredLength ?? .max
        }
    }
}

extension HTTPHeaders {
    /// How long the body is by its `Content-Length`.
    var declaredLength: Int? {
        first(name: "content-length").flatMap { Int($0) }
    }
}
