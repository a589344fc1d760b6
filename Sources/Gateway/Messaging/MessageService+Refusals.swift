package import Clients
package import Intake

extension MessageService {
    /// A message was refused before it was looked at: whose it is decides what it counts for.
    package func turnedAway(_ bytes: [UInt8], caller: Caller, because refusal: MessageRefusal) {
        guard refusal.reason.isWeirs, let draft = try? MessageDraft(bytes),
            let app = try? app(draft.app, caller: caller)
        else { return }
        observer.notAccepted(app: app)
    }
}
