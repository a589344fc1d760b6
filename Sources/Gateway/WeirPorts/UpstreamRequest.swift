import Synchronization
package import Timekeeping
package import WeChat

/// One HTTP request as it leaves Weir. It holds a real access_token: never print it.
public struct UpstreamRequest: Sendable {
    /// The HTTP method in capitals.
    public var method: String
    /// Scheme and authority without a trailing slash, such as `https://api.weixin.qq.com`.
    public var origin: String
    /// Path and query, beginning with a slash, percent-encoded as it goes on the wire.
    public var target: String
    /// Headers beside Host and Content-Length, which the transport sets.
    public var headers: [HeaderField]
    /// The whole body; `nil` sends none, an empty one sends `Content-Length: 0`.
    public var body: [UInt8]?
    /// Sent in place of `body`, as it comes.
    public var stream: (any StreamedBody)?
    /// By which the request can be taken back while it is under way.
    public var cancelSignal: CancelSignal?
    /// From hand-over to the last byte of the reply.
    public var timeout: Duration
    /// How long a connection may take to be set up, TLS included.
    public var connectTimeout: Duration
    /// The longest reply body that is read; a longer one is a failure of kind `tooLarge`.
    public var replyLimit: Int

    /// By default 5 s in all, 1 s for the connection, and at most 20 MiB of reply.
    public init(
        method: String,
        origin: String,
        target: String,
        headers: [HeaderField] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(5),
        connectTimeout: Duration = .seconds(1),
        replyLimit: Int = 20 << 20
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.replyLimit = replyLimit
    }
}

/// A request's body of known length that is sent on while it still arrives from the caller.
///
/// It can be read once: a request with such a body is never repeated.
public protocol StreamedBody: Sendable {
    /// Bytes in all.
    var length: Int { get }

    /// Hands over what has come, at most `limit` bytes. Called by one thread at a time, where it must not block.
    ///
    /// After `.later`, `wake` is called once, on any thread, as soon as another read would answer something else.
    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart
}

/// What a read of a streamed body brings.
public enum StreamedBodyPart: Equatable, Sendable {
    /// At least one byte.
    case bytes([UInt8])
    /// Nothing has come yet.
    case later
    /// The caller went away before the body was whole, or was too slow.
    case failed
}

/// Lets whoever sent a request take it back while it is under way.
///
/// The transport leaves an action here when it takes the request, and ends the exchange with a failure of kind `cancelled` when
/// the signal comes. A request that has ended is not touched.
public final class CancelSignal: Sendable {
    private struct State {
        var isCancelled = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Not sent yet. Use a new one for each request.
    public init() {}

    /// Whether `cancel()` was called.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Asks for the end. A second call does nothing.
    public func cancel() {
        let action = state.withLock { state in
            state.isCancelled = true
            return state.action.take()
        }
        action?()
    }

    /// The transport's part: `action` is run once, at the signal or at once when it has come already. It must not block.
    public func onCancel(_ action: @escaping @Sendable () -> Void) {
        let isTooLate = state.withLock { state in
            if !state.isCancelled { state.action = action }
            return state.isCancelled
        }
        if isTooLate { action() }
    }

    /// The transport's part: the exchange has ended.
    public func ended() {
        state.withLock { $0.action = nil }
    }
}

/// Who answers an app's calls: how a message is addressed there, and what an answer means. WeChat is one, a group robot another.
package protocol Upstream: Sendable {
    /// Path and query of a message's attempt that leaves now; `nil` where it takes a token and there is none. It holds secrets: never
    /// print it.
    func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String?

    /// What a message's request carries beside the body's type. The values may be secret.
    var headers: [HeaderField] { get }

    /// The body of a message's attempt that leaves now, should it be signed anew for each.
    func body(_ stored: [UInt8], at now: Timestamp) -> [UInt8]

    /// What an attempt came to.
    /// - Parameter isCallersShape: whether the request's shape is its caller's, and not Weir's.
    func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String,
        isCallersShape: Bool
    ) -> Classification
}

extension Upstream {
    package var headers: [HeaderField] { [] }

    package func body(_ stored: [UInt8], at now: Timestamp) -> [UInt8] { stored }
}

/// One HTTP header line.
public struct HeaderField: Hashable, Sendable {
    /// As written. ``UpstreamReply/header(_:)`` finds it in upper and lower case.
    public var name: String
    /// The value as text. Setting it drops `rawValue`.
    public var value: String {
        didSet { rawValue = nil }
    }
    /// The value's bytes where they are no UTF-8, such as a file name in GBK: whoever passes the field on writes these. `value`
    /// then holds what can be read of them.
    public private(set) var rawValue: [UInt8]?

    /// A field whose value is text.
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

    /// Whether this is the field's name, compared without regard to case (RFC 9110 5.1).
    package func isNamed(_ other: String) -> Bool {
        name.utf8.count == other.utf8.count
            && zip(name.utf8, other.utf8).allSatisfy { HeaderField.lowercase($0) == HeaderField.lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
