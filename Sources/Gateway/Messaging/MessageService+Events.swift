package import Clients
package import Eventing
package import Intake
import Queueing
import Settings
import Timekeeping
import WeChat
import WireJSON

/// What became of a signed event. The raw values are metric labels.
package enum EventResult: String, CaseIterable, Sendable {
    /// It is a message on disk.
    case accepted
    /// It had become one before, under its `id`.
    case repeated
    /// Without a signature, or over five minutes old: 401.
    case unsigned
    /// With a wrong signature: 403.
    case forged
    /// Its signature was used before: 403.
    case replayed
    /// Its signature is right, and it was not taken.
    case refused
}

/// An event as it came in, its body already read.
package struct EventSubmission: Sendable {
    package var signature: EventSignature
    package var contentType: String?
    package var body: [UInt8]

    package init(signature: EventSignature, contentType: String?, body: [UInt8]) {
        (self.signature, self.contentType, self.body) = (signature, contentType, body)
    }
}

extension MessageService {
    /// Who signed an event.
    ///
    /// The signature is looked at before the time is: whatever byte of a signed event was changed, the answer is the same.
    ///
    /// - Throws: `forbidden` for a wrong signature, whatever is wrong with it; `unauthorized` for a right one that is too old.
    package func signer(of event: EventSubmission) throws(MessageRefusal) -> Caller {
        let (settings, signature) = (live.present, event.signature)
        let caller = Caller(name: signature.client, by: settings)
        let secrets = settings.directory.client(caller)?.events?.secrets
        // Of a client that isn't there it takes as long.
        guard signature.isMade(over: event.body, by: secrets ?? ["-"]), secrets != nil else {
            observer.event(.forged)
            throw MessageRefusal(
                .forbidden,
                "X-Weir-Signature is not this client's: `v1=` and the HMAC-SHA256, in small hex digits, of X-Weir-Timestamp, a dot and "
                    + "the body as it is sent, under clients.NAME.events.secret",
                field: "X-Weir-Signature"
            )
        }
        guard let seconds = signature.seconds, isPresent(seconds) else {
            observer.event(.unsigned)
            throw MessageRefusal(
                .unauthorized,
                "X-Weir-Timestamp must be the time in seconds since 1970, within five minutes of Weir's clock: sign the event anew",
                field: "X-Weir-Timestamp"
            )
        }
        return caller
    }

    private func isPresent(_ seconds: Int64) -> Bool {
        let distance = (time.timestamp().milliseconds - seconds * 1000).magnitude
        return distance <= UInt64(EventSignature.tolerance.inMilliseconds)
    }

    /// Makes an event into the message that its client's map says, and takes it: returns when it is on disk.
    ///
    /// Its idempotency key is its `id`, else its signature: so a replay is harmless to a process that doesn't remember it.
    package func accept(
        _ event: EventSubmission,
        of caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AcceptReply {
        try use(event.signature, of: caller)
        do throws(MessageRefusal) {
            try checkRate(caller, permits: 1)
            let (signed, draft) = try read(event, of: caller)
            let reply = try await accept(
                draft,
                source: signed.json,
                idempotencyKey: signed.id ?? event.signature.key,
                caller: caller,
                traceparent: traceparent
            )
            observer.event(reply.isReplay ? .repeated : .accepted)
            return reply
        } catch {
            observer.event(.refused)
            if error.reason.mayPass { giveBack(event.signature, of: caller) }
            throw error
        }
    }

    // MARK: Replays

    private func use(_ signature: EventSignature, of caller: Caller) throws(MessageRefusal) {
        guard let mark = signature.mark, let seconds = signature.seconds else { return }
        let directory = settings(of: caller).directory
        switch replays.use(
            mark,
            of: caller.name,
            seconds: seconds,
            now: time.timestamp().milliseconds / 1000,
            isAlone: directory.signers == 1
        ) {
        case .taken: return
        case .replay:
            observer.event(.replayed)
            throw MessageRefusal(
                .forbidden,
                "this signature was used before: sign the event anew, with the same `id` if it is the same event",
                field: "X-Weir-Signature"
            )
        case .full(let wait):
            observer.event(.refused)
            throw MessageRefusal(
                .rateLimited,
                "this client has signed as many events in ten minutes as Weir remembers of it",
                retryAfter: wait
            )
        }
    }

    private func giveBack(_ signature: EventSignature, of caller: Caller) {
        guard let mark = signature.mark, let seconds = signature.seconds else { return }
        replays.giveBack(mark, of: caller.name, seconds: seconds)
    }

    // MARK: What it becomes

    private func read(
        _ event: EventSubmission,
        of caller: Caller
    ) throws(MessageRefusal) -> (signed: SignedEvent, draft: MessageDraft) {
        guard let encoding = EventEncoding(contentType: event.contentType) else {
            throw MessageRefusal(
                .unsupportedMediaType,
                "an event's Content-Type is one of \(EventEncoding.names)",
                field: "Content-Type"
            )
        }
        let signed = try SignedEvent(event.body, encoding)
        guard let rule = settings(of: caller).directory.client(caller)?.events?.map[signed.type] else {
            throw MessageDraft.invalid("event_type", "is none of those in clients.\(caller.label).events.map")
        }
        return (signed, try draft(of: signed, by: rule))
    }

    private func draft(of event: SignedEvent, by rule: EventRule) throws(MessageRefusal) -> MessageDraft {
        let message: [UInt8]
        do throws(EventProblem) { message = try rule.message(for: event) } catch {
            throw MessageDraft.invalid(error.path, "\(error.words), and the map of this event_type shows it")
        }
        var json = JSONWriter()
        json.object { json in
            json.member("app", rule.app)
            json.member("type", rule.type.rawValue)
            json.member("priority", rule.priority?.name)
            json.member("retry_class", rule.retryClass)
            json.member("message", raw: message)
        }
        return try MessageDraft(json.bytes)
    }
}

extension MessageRefusalReason {
    /// Whether the same request may be taken later as it is.
    fileprivate var mayPass: Bool {
        switch self {
        case .rateLimited, .budgetExceeded, .queueFull, .journal, .overloaded, .shuttingDown, .upstream: true
        case .malformed, .invalid, .unauthorized, .forbidden, .tooLarge, .unsupportedMediaType, .conflict, .notFound,
            .wrongState, .suppressed, .capped:
            false
        }
    }
}
