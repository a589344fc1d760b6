import HTTPServing
import Queueing
import Weir

extension Explanation {
    /// The text itself for who prefers that, else the usual envelope.
    func reply(accept: String?, traceID: String) -> OutgoingReply {
        guard Explanation.prefersText(accept) else {
            var reply = Envelope.success(200, state.name, traceID: traceID) { write(to: &$0) }
            reply.headers.append(("Vary", "Accept"))
            return reply
        }
        return OutgoingReply(
            status: 200,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("Vary", "Accept")],
            body: Array(text.utf8)
        )
    }

    /// Whether `text/plain` is asked for more than JSON is. A client that takes anything gets JSON.
    static func prefersText(_ accept: String?) -> Bool {
        var (text, json) = (0.0, 0.0)
        for item in accept?.split(separator: ",") ?? [] {
            let parts = item.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first {
            case "text/plain", "text/*": text = max(text, quality)
            case "application/json", "application/*", "*/*": json = max(json, quality)
            default: break
            }
        }
        return text > 0 && text >= json
    }
}
