import CCurl
import Dispatch
public import Resilience
public import WeirPorts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sends requests by libcurl: one multi handle on one thread, connections kept and used again.
///
/// libcurl likes to repeat a request by itself when a kept connection turns out to be dead, also one whose server had
/// already taken it. Here that is allowed only while no byte of the request was sent: see `Exchange`.
///
/// A request whose time runs out takes its connection with it: an HTTP/1.1 connection is always closed, an HTTP/2 one
/// when nothing has come back on it since the request was sent.
///
/// A reply whose body is over 64 KiB takes its length of `replies` before its first byte is kept, one of unknown length all that
/// the request allows, and gives it back with `UpstreamReply.hold`. So however many replies are under way or unread, they
/// take no more memory than that and 64 KiB for each exchange.
public final class CurlTransport: Transport {
    /// What all replies in memory take together.
    public let replies: ByteBudget
    /// How its connections were had.
    public let connections: ConnectionTally
    private let inbox: CurlInbox
    private let thread: LoopThread
    /// Requests that never reach the loop are refused from here, since `send` must return before.
    private let refusals = DispatchQueue(label: "weir.curl.refusals")

    /// Starts the thread; sends nothing.
    ///
    /// - Throws: `CurlSetupError` if libcurl is too old, the configuration is not usable or resources are short.
    public init(configuration: CurlConfiguration = CurlConfiguration()) throws(CurlSetupError) {
        guard ccurl_global_init() == CURLE_OK else { throw .noResources("curl_global_init") }
        guard let version = unsafe ccurl_version_info(), unsafe version.pointee.version_num >= 0x075800
        else { throw .unsupportedLibrary("7.88 is needed") }
        try Self.check(configuration)
        let multi = try MultiHandle(maxConnections: configuration.maxConnections)
        let inbox = CurlInbox(capacity: configuration.maxOutstanding, multi: multi)
        let replies = ByteBudget(limit: configuration.replyBudget)
        let loop = CurlLoop(configuration: configuration, inbox: inbox, replies: replies, multi: multi)
        connections = loop.connections
        // One exchange ahead of the first request: an option that libcurl lacks shows here.
        try loop.addExchange()
        self.inbox = inbox
        self.replies = replies
        thread = try LoopThread(running: loop)
    }

    deinit {
        shutdown()
    }

    /// Returns at once. What can't be sent as it is fails as `invalid`, what is beyond `maxOutstanding` as `shortage`,
    /// and everything after `shutdown()` as `cancelled`.
    public func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {
        if let problem = RequestCheck.problem(in: request) {
            return refuse(problem, as: .invalid, completion)
        }
        let call = Call(
            number: inbox.nextNumber(),
            request: request,
            url: request.origin + request.target,
            completion: completion,
            handedOver: .now
        )
        // Before the call, so that a signal that comes at any time finds the action, and the call or its exchange.
        request.cancelSignal?.onCancel { [inbox, number = call.number] in inbox.post(.cancelled(call: number)) }
        if let refusal = inbox.post(call) {
            request.cancelSignal?.ended()
            refuse(refusal.rawValue, as: refusal == .closed ? .cancelled : .shortage, completion)
        }
    }

    /// Ends every exchange: what is outstanding is completed with `cancelled`, all connections are closed, and the
    /// thread has ended on return (when called by a completion, soon after). Later requests are refused. May be called
    /// more than once.
    public func shutdown() {
        inbox.close()
        thread.join()
    }

    private func refuse(
        _ detail: String,
        as kind: TransportFailure.Kind,
        _ completion: @escaping Call.Completion
    ) {
        refusals.async {
            completion(.failure(TransportFailure(kind, bytesLeft: false, detail: detail)))
        }
    }

    private static func check(_ configuration: CurlConfiguration) throws(CurlSetupError) {
        guard configuration.maxConnections >= 1, configuration.maxOutstanding >= 1, configuration.replyBudget >= 1
        else { throw .invalidLimit }
        if let proxy = configuration.proxy, !ProxyAddress.isValid(proxy) {
            throw .invalidProxy
        }
        if let path = configuration.caFile, unsafe access(path, R_OK) != 0 {
            throw .unreadableAuthorities(path: path)
        }
    }
}
