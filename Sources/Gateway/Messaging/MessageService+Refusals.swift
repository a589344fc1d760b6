package import Clients
package import Intake
import WeChat

extension MessageService {
    /// A message was refused before it was looked at: whose it is decides what it counts for.
    package func turnedAway(_ bytes: [UInt8], caller: Caller, because refusal: MessageRefusal) {
        guard refusal.reason.isWeirs, let draft = try? MessageDraft(bytes),
            let app = try? app(draft.app, caller: caller)
        else { return }
        observer.notAccepted(app: app)
    }

    /// One permission, both ways in: what the relay denies to a client is no message of its either.
    func checkMayCall(
        _ type: MessageType,
        body: [UInt8],
        caller: Caller
    ) throws(MessageRefusal) {
        var api = type.descriptor
        // Of a mass message the body decides between two paths.
        if api.isDenied, let path = type.api(for: body) {
            api = APICatalog.descriptor(method: "POST", path: path)
        }
        guard settings(of: caller).directory.mayCall(api, caller: caller) else {
            let why = "\(api.label) is not for this client: clients.\(caller.label).apis does not list it"
            throw MessageRefusal(.forbidden, why, field: "type")
        }
    }
}
