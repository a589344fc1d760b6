import Messaging

/// Signed events.
extension Gateway {
    /// Makes an event into the message that its client's map says, and returns when it is on disk; with a wait, when it has ended or
    /// that time is over.
    ///
    /// - Throws: `unauthorized` without a signature or with an old one, `forbidden` for a wrong one and a replay; nothing was stored then.
    public func acceptEvent(_ event: EventRequest) async throws(MessageRefusal) -> AcceptReply {
        let trace = event.trace
        let acceptance = traces.beginAcceptance(in: trace)
        var client: String?
        do throws(MessageRefusal) {
            try checkAccepting()
            let submission = try await read(event)
            let caller = try messageService.signer(of: submission)
            client = caller.name
            trace.note { $0.client = caller.name }
            let reply = try await messageService.accept(
                submission,
                of: caller,
                traceparent: acceptance?.traceparent ?? trace.traceparent
            )
            trace.note(reply.record)
            if let acceptance { traces.end(acceptance, .accept([reply.record], isBatch: false)) }
            guard let wait = event.wait else { return reply }
            return await ended(reply, atMost: wait, trace: trace)
        } catch {
            if let acceptance { traces.end(acceptance, .accept([], isBatch: false), refusal: error.reason) }
            metrics.refused(error.reason)
            // Who has not proved to be a client is no series.
            if let client { metrics.handedOver(.refused, by: client, app: nil) }
            throw error
        }
    }

    private func read(_ event: EventRequest) async throws(MessageRefusal) -> EventSubmission {
        do throws(MessageRefusal) { return try await event.read() } catch {
            metrics.event(error.reason == .unauthorized ? .unsigned : .refused)
            throw error
        }
    }
}
