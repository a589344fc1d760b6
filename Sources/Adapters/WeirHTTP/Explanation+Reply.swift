import HTTPServing
import PrometheusMetrics
import Queueing
import Weir

extension Explanation {
    /// The text itself for who prefers that, else the usual envelope.
    ///
    /// - Parameter accept: all `Accept` lines as one.
    func reply(accept: String?, traceID: String) -> OutgoingReply {
        var reply =
            Explanation.prefersText(accept)
            ? OutgoingReply.plain(200, text)
            : Envelope.success(200, state.name, traceID: traceID) { write(to: &$0) }
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
