import Crypto
import Foundation
import Intake
import WeChat
import WeirPorts

/// Messages that replace older ones.
extension MessageService {
    /// Takes a message; one that may replace another waits until the one before it with the same mark is on disk, or isn't.
    func admit(_ new: NewMessage) async throws(MessageRefusal) -> AcceptReply {
        guard let mark = new.collapse else { return try await intake.admit(new) }
        return try await admit(new, inTurnOf: mark)
    }

    /// Apart, so that a message without a key has no frame for this.
    @inline(never)
    private func admit(_ new: NewMessage, inTurnOf mark: CollapseMark) async throws(MessageRefusal) -> AcceptReply {
        try await collapses.enter(mark, for: new.client)
        defer { collapses.leave(mark) }
        return try await intake.admit(new)
    }

    /// What a message has in common with those that it replaces; `nil` without a `collapse_key`.
    static func collapseMark(of draft: MessageDraft, app: String, client: String) -> CollapseMark? {
        guard let key = draft.collapseKey else { return nil }
        let template = MessageAddress(draft.type, in: draft.body)?.template ?? ""
        var hash = SHA256()
        for part in [client, app, draft.type.rawValue, draft.recipient, template, key] {
            // With its length, so that no two lists of parts read the same.
            hash.update(data: Data("\(part.utf8.count):\(part)".utf8))
        }
        return CollapseMark(Array(hash.finalize()))
    }
}
