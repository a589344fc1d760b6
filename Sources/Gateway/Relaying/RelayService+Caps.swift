import Clients
import Dispatching
import RequestTracing
import Settings
import Suppressing
import Timekeeping
import WeChat
import WeirPorts

extension RelayService {
    /// What an app's caps say of a call.
    enum CapResult {
        /// It may go; what it was counted by, where it was.
        case counted(CapTicket?)
        /// The answer, as its recipient has had enough.
        case reached(RelayReply)
    }

    /// Counts a call that sends a message, of apps with caps.
    func cap(_ inquiry: RelayInquiry, _ passage: RelayPassage, _ content: RelayContent) -> CapResult {
        // What a caller sends with a token of its own is another account's.
        guard passage.usesToken, caps.isUsed, case .bytes(let body) = content,
            let type = MessageType(api: inquiry.api.label)
        else { return .counted(nil) }
        do throws(CapReached) { return .counted(try caps.take(app: passage.app.name, type, body)) } catch {
            account(.caller, passage.caller, app: passage.app.name, inquiry)
            return .reached(refuse(.recipientCapped, error.reason, inquiry, wait: error.until - time.timestamp()))
        }
    }
}

extension RelayReply {
    /// Whether WeChat did certainly not take the call.
    var wasNotTaken: Bool { wasNeverSent || refusal != nil && refusal != .outcomeUnknown }
}
