import Clients
import Dispatching
import Intake
import Queueing
import RequestTracing
import Resilience
import Settings
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

extension RelayService {
    /// Bytes of a relayed body.
    static let bodyLimit = 20 << 20
    /// An upload up to this length is read whole before it goes on.
    static let streamedFrom = 64 << 10

    /// The body: of an upload as a stream, so that WeChat has it all hardly later than Weir. Only where no repeat would need it again.
    func content(of inquiry: RelayInquiry) async throws(RelayBodyError) -> RelayContent {
        let (request, limit) = (inquiry.request, RelayService.bodyLimit)
        if let length = request.declaredLength {
            guard length <= limit else { throw .tooLarge(limit: limit) }
            if length > RelayService.streamedFrom, request.isUpload, inquiry.api.repeatability == .never,
                let stream = request.stream()
            {
                return .stream(stream)
            }
        }
        return .bytes(try await request.body(limit))
    }

    /// The answer to a call whose body can't be had.
    func refuse(_ error: RelayBodyError, _ request: RelayRequest, api: String) -> RelayReply {
        switch error {
        case .tooLarge(let limit):
            let size = limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit >> 10) KiB"
            var reply = refuse(.requestTooLarge, "the body is over \(size)", request, api: api)
            reply.connection = .closes
            return reply
        case .overloaded:
            let why = "there is no memory for the body at present"
            var reply = refuse(.overloaded, why, request, api: api, wait: .seconds(1))
            reply.connection = .closes
            return reply
        case .incomplete:
            request.trace.note { $0.outcome = "hung_up" }
            var reply = RelayReply(status: 400, headers: [], body: [], api: api)
            reply.connection = .aborts
            return reply
        }
    }

    /// Queues the call and waits for its end.
    func send(
        _ inquiry: RelayInquiry,
        content: RelayContent,
        passage: RelayPassage,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        let request = inquiry.request
        let client = inquiry.directory.client(passage.caller)
        let priority = inquiry.directory.priority(request.priority, caller: passage.caller)
        let retryClass = request.retryClass ?? client?.retryClass ?? inquiry.live.configuration.retry.defaultClass
        let (sent, identified) = identify(content, passage: passage, inquiry)
        let (dispatcher, began, presence) = (dispatcher, time.now(), CallerPresence())
        let end = await withCheckedContinuation { (continuation: CheckedContinuation<RelayEnd, Never>) in
            let isRepeatable = inquiry.api.repeatability == .always || identified != nil
            let call = call(inquiry, sent, passage: passage, began: began, isRepeatable: isRepeatable) {
                continuation.resume(returning: $0)
            }
            guard let id = dispatcher.relay(call, priority: priority, retryClass: retryClass) else {
                return
            }
            onHangup { [memory] in
                presence.leave()
                if let identified { memory.remember(identified.key(), id: identified.id, began: began) }
                dispatcher.hangUp(id)
            }
        }
        // Who hung up heard of no end, whatever it was.
        if !presence.isGone { settleMemory(end, identified: identified, began: began) }
        guard end.replyLength > RelayService.shortReply else {
            return reply(end, inquiry, passage: passage, isStreamed: content.isStream)
        }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            reply(end, inquiry, passage: passage, isStreamed: content.isStream)
        }
    }

    /// A longer reply is looked through for tokens by the pool of threads and not where connections wait for their turn.
    static let shortReply = 64 << 10

    private func call(
        _ inquiry: RelayInquiry,
        _ content: RelayContent,
        passage: RelayPassage,
        began: Instant,
        isRepeatable: Bool,
        completion: @escaping @Sendable (RelayEnd) -> Void
    ) -> RelayCall {
        let request = inquiry.request
        return RelayCall(
            method: request.method,
            targetPrefix: passage.prefix,
            targetSuffix: passage.suffix,
            usesToken: passage.usesToken,
            headers: request.passedHeaders,
            content: content,
            app: passage.app.slot,
            api: inquiry.api,
            deadline: began + timeout(inquiry),
            isRepeatable: isRepeatable,
            client: passage.caller.label,
            path: passage.path,
            concernsApp: passage.concernsApp,
            trail: Trail(traceparent: request.trace.traceparent, waitingSince: time.timestamp()),
            completion: completion
        )
    }

    /// Files take their time, on whatever path.
    private func timeout(_ inquiry: RelayInquiry) -> Duration {
        if let asked = inquiry.request.timeout { return asked }
        let isMedia = inquiry.api.group == .media || inquiry.request.isUpload
        return isMedia ? inquiry.settings.mediaTimeout : inquiry.settings.timeout
    }

    // MARK: Repeats

    /// A template send that can be told from its repeat.
    struct Identified: Sendable {
        var id: String
        /// Where the id is Weir's own: what the caller's repeat would be known by. Costs a hash, so only made when needed.
        var key: @Sendable () -> RepeatMemory.Key
    }

    /// Splices a client_msg_id into a template send that has none: WeChat drops a repeat only by it, and hardly any SDK sets it.
    private func identify(
        _ content: RelayContent,
        passage: RelayPassage,
        _ inquiry: RelayInquiry
    ) -> (content: RelayContent, identified: Identified?) {
        // A caller with a token of its own gets its bytes through untouched.
        guard passage.usesToken, inquiry.api.repeatability == .withClientMessageID, case .bytes(let original) = content
        else { return (content, nil) }
        let (caller, app, path) = (passage.caller, passage.app.name, inquiry.api.label)
        let key: @Sendable () -> RepeatMemory.Key = {
            RepeatMemory.Key(caller: caller, app: app, path: path, body: original)
        }
        let known = memory.isEmpty ? nil : memory.id(for: key())
        let id = known ?? dispatcher.makeID().description
        if let body = ClientMessageID.splice(into: original, id: id) {
            return (.bytes(body), Identified(id: id, key: key))
        }
        guard let own = ClientMessageID.find(in: original) else { return (content, nil) }
        return (content, Identified(id: own, key: key))
    }

    /// Whoever can't know how a call ended may make it again; whoever has an answer means another call by the same bytes.
    private func settleMemory(_ end: RelayEnd, identified: Identified?, began: Instant) {
        guard let identified else { return }
        switch end {
        case .attempted(let last), .refused(_, last: .some(let last)):
            if last.leavesDoubt {
                memory.remember(identified.key(), id: identified.id, began: began)
            } else if !memory.isEmpty {
                memory.forget(identified.key())
            }
        case .refused(_, last: .none), .hungUp, .overloaded: break
        }
    }
}

extension RelayRequest {
    /// Whether it sends a file, as every upload of WeChat's does.
    var isUpload: Bool {
        contentType?.prefix(19).lowercased() == "multipart/form-data"
    }

    /// The headers that go on to WeChat.
    fileprivate var passedHeaders: [HeaderField] {
        var headers: [HeaderField] = []
        if let contentType { headers.append(HeaderField("Content-Type", contentType)) }
        if let contentEncoding { headers.append(HeaderField("Content-Encoding", contentEncoding)) }
        if let userAgent { headers.append(HeaderField("User-Agent", userAgent)) }
        if let accept { headers.append(HeaderField("Accept", accept)) }
        return headers
    }
}
