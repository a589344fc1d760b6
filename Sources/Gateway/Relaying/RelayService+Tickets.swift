package import Clients
import Dispatching
package import Intake
import Queueing
import RequestTracing
import Settings
import Timekeeping
import WeChat
import WeirPorts

extension RelayService {
    /// The type of the ticket that a call asks for with Weir's token; `nil` where it is another call, or asks in a way that only WeChat
    /// can answer.
    func ticketType(_ inquiry: RelayInquiry, _ passage: RelayPassage) -> TicketType? {
        guard inquiry.api.label == TicketOffice.path, inquiry.request.method == "GET", passage.concernsApp else {
            return nil
        }
        let types = inquiry.target.values("type")
        return types.count == 1 ? TicketType(rawValue: types[0]) : nil
    }

    /// Answers getticket from the ticket that all share, in WeChat's words; `expires_in` is what is left of its life.
    func ticket(_ type: TicketType, _ inquiry: RelayInquiry, _ passage: RelayPassage) async -> RelayReply {
        switch await tickets.ticket(type, of: passage.app.slot, named: passage.app.name) {
        case .ticket(let ticket, let left):
            inquiry.request.trace.note { $0.outcome = Outcome.accepted.rawValue }
            account(.ok, passage.caller, app: passage.app.name, inquiry)
            let body = TicketReply.body(ticket: ticket, expiresIn: max(1, Int(left.components.seconds)))
            return RelayReply(status: 200, headers: [RelayService.jsonType], body: body, api: inquiry.api.label)
        case .none(let end):
            let reply = reply(end, inquiry, passage: passage, isStreamed: false)
            account(RelayedCall.Result(end, reply), passage.caller, app: passage.app.name, inquiry)
            return reply
        }
    }

    /// Signs a page for WeChat's JS-SDK with the app's `jsapi` ticket.
    ///
    /// - Parameter url: The page's address; a fragment is left out.
    /// - Throws: `invalid` for what is no address; `upstream` where WeChat gives no ticket.
    package func sign(page url: String, app: ConfiguredApp) async throws(MessageRefusal) -> PageSignature {
        guard let page = PageSignature.page(url) else {
            throw MessageRefusal(
                .invalid,
                "url must be the page's address, percent-encoded: http or https, at most \(PageSignature.longestURL) bytes",
                field: "url"
            )
        }
        switch await tickets.ticket(.jsapi, of: app.slot, named: app.name) {
        case .ticket(let ticket, _):
            return PageSignature(
                appID: app.configuration.appID,
                ticket: ticket,
                url: page,
                nonce: dispatcher.makeID().description,
                timestamp: time.timestamp().milliseconds / 1000
            )
        case .none(let end):
            throw MessageRefusal(.upstream, "there is no jsapi_ticket: \(end.words)", retryAfter: .seconds(5))
        }
    }
}

extension RelayEnd {
    /// Why it brought nothing, for people.
    fileprivate var words: String {
        switch self {
        case .attempted(let last), .refused(_, .some(let last)):
            last.classification.errcode.map { "WeChat answered errcode \($0)" }
                ?? "WeChat gave no answer that can be read"
        case .refused(let obstacle, .none): "the call waits for \(obstacle.reason.rawValue)"
        case .hungUp, .overloaded: "too many calls are waiting"
        }
    }
}
