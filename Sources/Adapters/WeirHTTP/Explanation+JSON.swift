import HTTPServing
import PrometheusMetrics
import Queueing
import Timekeeping
import WeChat
import Weir
import WireJSON

/// How the messages API shows an explanation.
extension Explanation {
    func write(to json: inout JSONWriter, withClient: Bool = false) {
        json.member("id", id.description)
        json.member("state", state.name)
        if withClient, !client.isEmpty { json.member("client", client) }
        json.member("summary", summary)
        json.member("next_at", nextAt?.rfc3339)
        if !budgets.isEmpty {
            json.member(
                "budgets",
                array: { list in
                    for budget in budgets { list.string(budget) }
                }
            )
        }
        json.member(
            "steps",
            array: { list in
                for step in steps { list.object { step.write(to: &$0) } }
            }
        )
    }
}

extension ExplanationStep {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("at", at.rfc3339)
        json.member("kind", kind.rawValue)
        json.member("text", text)
        json.member("reason", reason?.rawValue)
        if let duration { json.member("duration_ms", duration.inMilliseconds) }
        json.member("api", api)
        json.member("breaker", breaker)
        json.member("n", attempt)
        json.member("omitted", omitted)
        json.member("outcome", outcome?.rawValue)
        json.member("errcode", errcode)
        json.member("meaning", meaning)
        json.member("advice", advice)
        json.member("errmsg", errmsg)
        json.member("rid", rid)
        json.member("next_at", nextAt?.rfc3339)
        write(cost, to: &json)
    }

    private func write(_ cost: RetryCost?, to json: inout JSONWriter) {
        switch cost {
        case .free: json.member("cost", "free")
        case .paid: json.member("cost", "paid")
        case .deferred(let delay):
            json.member("cost", "deferred")
            json.member("deferred_ms", delay.inMilliseconds)
        case nil: break
        }
    }
}

extension Explanation {
    /// The text itself for who prefers that, else the usual envelope.
    ///
    /// - Parameters:
    ///   - accept: all `Accept` lines as one.
    ///   - withClient: whether JSON tells who sent it.
    func reply(accept: String?, withClient: Bool, traceID: String) -> OutgoingReply {
        var reply =
            Explanation.prefersText(accept)
            ? OutgoingReply.plain(200, text)
            : Envelope.success(200, state.name, traceID: traceID) { write(to: &$0, withClient: withClient) }
        reply.headers.append(("Vary", "Accept"))
        return reply
    }

    /// Whether `text/plain` is asked for as much as JSON is, and by more than a `*/*`. A client that takes anything gets JSON.
    static func prefersText(_ accept: String?) -> Bool {
        let ranges = MediaRange.list(accept ?? "")
        guard let text = MediaPreference(for: "text/plain", in: ranges), text.quality > 0 else { return false }
        let json = MediaPreference(for: "application/json", in: ranges)?.quality ?? 0
        return text.quality > json || (text.quality == json && text.specificity > MediaRange.anything)
    }
}
