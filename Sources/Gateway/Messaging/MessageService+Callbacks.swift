import Clients
import Delivering
import Intake
import Settings

/// Where messages' ends are told.
extension MessageService {
    /// A client's messages may name addresses under its prefixes alone, and only where there is a secret to sign with.
    func checkCallback(_ draft: MessageDraft, caller: Caller) throws(MessageRefusal) {
        guard let address = draft.callback else { return }
        let (client, name) = (settings(of: caller).directory.client(caller), caller.label)
        guard let client, !client.callbacks.isEmpty else {
            let problem = "is not for this client: list a prefix of it in clients.\(name).callbacks"
            throw MessageDraft.invalid("callback_url", problem)
        }
        guard client.callbacks.contains(where: address.isUnder) else {
            throw MessageDraft.invalid("callback_url", "is under none of the prefixes in clients.\(name).callbacks")
        }
        guard client.deliverySecret != nil else {
            let problem = "needs a secret that signs what is sent there: set clients.\(name).callback_secret"
            throw MessageDraft.invalid("callback_url", problem)
        }
    }
}
