import Intake
import Suppressing
import Timekeeping
import WeChat
import WeirPorts

/// What is looked at last before a message comes in: caps, and what it replaces.
extension MessageService {
    /// Takes a message, and counts it where its app has caps.
    func admit(_ new: NewMessage) async throws(MessageRefusal) -> AcceptReply {
        let ticket: CapTicket?
        do throws(CapReached) { ticket = try caps.take(app: new.app, new.type, new.content.body) } catch {
            throw MessageRefusal(error, now: time.timestamp())
        }
        guard let ticket else { return try await admit(new, with: []) }
        return try await admit(new, by: ticket)
    }

    @inline(never)
    private func admit(_ new: NewMessage, by ticket: CapTicket) async throws(MessageRefusal) -> AcceptReply {
        do throws(MessageRefusal) { return try await admit(new, with: ticket.writes) } catch {
            caps.giveBack(ticket)
            throw error
        }
    }

    /// Takes a message; one that may replace another waits until the one before it with the same mark is on disk, or isn't.
    private func admit(_ new: NewMessage, with counts: [JournalWrite]) async throws(MessageRefusal) -> AcceptReply {
        guard let mark = new.collapse else { return try await intake.admit(new, with: counts) }
        return try await admit(new, with: counts, inTurnOf: mark)
    }

    /// Apart, so that a message without a key has no frame for this.
    @inline(never)
    private func admit(
        _ new: NewMessage,
        with counts: [JournalWrite],
        inTurnOf mark: CollapseMark
    ) async throws(MessageRefusal) -> AcceptReply {
        try await collapses.enter(mark, for: new.client)
        defer { collapses.leave(mark) }
        return try await intake.admit(new, with: counts)
    }

    /// What a message has in common with those that it replaces; `nil` without a `collapse_key`.
    static func collapseMark(of draft: MessageDraft, app: String, client: String) -> CollapseMark? {
        guard let key = draft.collapseKey else { return nil }
        let template = MessageAddress(draft.type, in: draft.body)?.template ?? ""
        return CollapseMark(digest(ofParts: [client, app, draft.type.rawValue, draft.recipient, template, key]))
    }
}

extension MessageRefusal {
    /// Its recipient has had as many messages today as may be.
    init(_ cap: CapReached, now: Timestamp) {
        self.init(
            .capped,
            "\(cap.reason); nothing was accepted",
            field: "to",
            retryAfter: max(.seconds(1), cap.until - now)
        )
    }
}
