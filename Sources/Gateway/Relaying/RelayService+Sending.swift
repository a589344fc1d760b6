import Budgeting
import Clients
import Dispatching
import Intake
import Queueing
import RequestTracing
import Resilience
import Settings
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
            var reply = refuse(.overloaded, why, request, api: api, because: .memory, wait: .seconds(1))
            reply.connection = .closes
            return reply
        case .incomplete:
            request.trace.note { $0.outcome = "hung_up" }
            var reply = RelayReply(status: 400, headers: [], body: [], api: api)
            reply.connection = .aborts
            return reply
        }
    }

    /// The call as it is queued.
    ///
    /// - Parameters:
    ///   - began: from when on its time runs.
    ///   - admission: how long it took to let it in.
    func sent(
        _ inquiry: RelayInquiry,
        _ passage: RelayPassage,
        _ content: RelayContent,
        _ charge: BudgetCharge?,
        at began: Instant,
        after admission: Duration
    ) -> SentCall {
        let identified = identify(content, passage: passage, inquiry)
        return SentCall(inquiry, passage, identified, charge, at: began, admission: admission)
    }

    /// Queues the call and waits for its end.
    func send(
        _ call: SentCall,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        let end = await withCheckedContinuation { continuation in
            queue(call, onHangup: onHangup) { continuation.resume(returning: $0) }
        }
        guard end.replyLength > RelayService.shortReply else { return reply(end, to: call) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) { reply(end, to: call) }
    }

    private func reply(_ end: RelayEnd, to call: SentCall) -> RelayReply {
        // Who hung up heard of no end, whatever it was.
        if !call.isAbandoned { settleMemory(end, of: call) }
        var reply = reply(end, call.inquiry, passage: call.passage, isStreamed: call.content.isStream)
        account(end, &reply, of: call)
        return reply
    }

    /// Apart from the wait, whose frame would have room for all of this.
    @inline(never)
    private func queue(
        _ call: SentCall,
        onHangup: (@escaping @Sendable () -> Void) -> Void,
        completion: @escaping @Sendable (RelayEnd) -> Void
    ) {
        let (inquiry, caller) = (call.inquiry, call.passage.caller)
        let request = inquiry.request
        let priority = inquiry.directory.priority(request.priority, caller: caller)
        let retryClass =
            request.retryClass ?? inquiry.directory.client(caller)?.retryClass
            ?? inquiry.live.configuration.retry.defaultClass
        let queued = queued(call, completion: completion)
        guard let id = dispatcher.relay(queued, priority: priority, retryClass: retryClass) else { return }
        onHangup { [memory, dispatcher] in
            call.abandon()
            if let own = call.identified { memory.remember(own.key(), id: own.id, began: call.began) }
            dispatcher.hangUp(id)
        }
    }

    /// A longer reply is looked through for tokens by the pool of threads and not where connections wait for their turn.
    static let shortReply = 64 << 10

    private func queued(_ call: SentCall, completion: @escaping @Sendable (RelayEnd) -> Void) -> RelayCall {
        let (inquiry, passage) = (call.inquiry, call.passage)
        let request = inquiry.request
        return RelayCall(
            method: request.method,
            targetPrefix: passage.prefix,
            targetSuffix: passage.suffix,
            usesToken: passage.usesToken,
            headers: request.passedHeaders,
            content: call.content,
            app: passage.app.slot,
            api: inquiry.api,
            deadline: call.began + timeout(inquiry),
            isRepeatable: inquiry.api.repeatability == .always || call.identified != nil,
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

    /// Splices a client_msg_id into a template send that has none: WeChat drops a repeat only by it, and hardly any SDK sets it.
    private func identify(
        _ content: RelayContent,
        passage: RelayPassage,
        _ inquiry: RelayInquiry
    ) -> (content: RelayContent, identified: SentCall.Identity?) {
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
            return (.bytes(body), SentCall.Identity(id: id, key: key))
        }
        guard let own = ClientMessageID.find(in: original) else { return (content, nil) }
        return (content, SentCall.Identity(id: own, key: key))
    }

    /// Whoever can't know how a call ended may make it again; whoever has an answer means another call by the same bytes.
    private func settleMemory(_ end: RelayEnd, of call: SentCall) {
        guard let identified = call.identified else { return }
        switch end {
        case .attempted(let last), .refused(_, last: .some(let last)):
            if last.leavesDoubt {
                memory.remember(identified.key(), id: identified.id, began: call.began)
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
