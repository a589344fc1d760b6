import Clients
import Dispatching
import RequestTracing
import Settings
import Suppressing
import Timekeeping
import WeChat
import WeirPorts

extension RelayService {
    /// The answer to a call whose recipient WeChat would refuse; `nil` for every other, whose body is not looked at where nobody is
    /// suppressed for its app.
    func suppressed(_ inquiry: RelayInquiry, _ passage: RelayPassage, _ content: RelayContent) -> RelayReply? {
        // What a caller sends with a token of its own is another account's.
        guard passage.usesToken, !suppressions.isClear(app: passage.app.name) else { return nil }
        return refusal(inquiry, passage, content)
    }

    @inline(never)
    private func refusal(_ inquiry: RelayInquiry, _ passage: RelayPassage, _ content: RelayContent) -> RelayReply? {
        let app = passage.app.name
        guard case .bytes(let body) = content, let type = MessageType(api: inquiry.api.label),
            let why = suppressions.find(app: app, type, body, at: time.timestamp())
        else { return nil }
        suppressions.refused(why, app: app)
        account(.caller, passage.caller, app: app, inquiry)
        return refuse(.recipientSuppressed, why.reason, inquiry)
    }
}
