import Queueing
import Timekeeping
import WeChat
package import WeirPorts
package import WireJSON

/// How the messages API shows a message.
extension MessageRecord {
    /// As its client sees it, as one object.
    package var shown: [UInt8] {
        var json = JSONWriter()
        json.object { write(to: &$0) }
        return json.bytes
    }

    /// - Parameter withClient: whether to tell who sent it: operators are.
    package func write(to json: inout JSONWriter, withAttempts: Bool = true, withClient: Bool = false) {
        json.member("id", message.id.description)
        json.member("state", progress.state.name)
        json.member("app", message.app)
        if withClient, !message.client.isEmpty { json.member("client", message.client) }
        json.member("type", message.type.rawValue)
        json.member("priority", message.priority.name)
        json.member("retry_class", message.retryClass)
        json.member("created_at", message.createdAt.rfc3339)
        json.member("not_before", message.notBefore?.rfc3339)
        json.member("not_after", message.notAfter?.rfc3339)
        if !content.collapseKey.isEmpty { json.member("collapse_key", content.collapseKey) }
        if !content.metadata.isEmpty { json.member("metadata", raw: content.metadata) }
        if withAttempts {
            json.member(
                "attempts",
                array: { list in
                    for attempt in attempts { list.object { attempt.write(to: &$0) } }
                }
            )
            if omittedAttempts > 0 { json.member("attempts_omitted", omittedAttempts) }
            if let ambiguity { json.member("ambiguity", object: { ambiguity.write(to: &$0) }) }
        }
        json.member("msgid", progress.msgid.map(String.init))
        json.member("ended_at", progress.endedAt?.rfc3339)
        json.member("reason", progress.reason)
        json.member("collapsed_into", progress.collapsedInto?.description)
        if let receipt = progress.receipt { json.member("receipt", object: { receipt.write(to: &$0) }) }
        if withAttempts, !contradictions.isEmpty {
            json.member(
                "contradicting_receipts",
                array: { list in
                    for receipt in contradictions { list.object { receipt.write(to: &$0) } }
                }
            )
        }
        if !progress.state.isTerminal { json.member("next_at", progress.nextAt?.rfc3339) }
        guard let outlook else { return }
        json.member("position", outlook.position)
        json.member("expected_at", outlook.expectedAt?.rfc3339)
    }
}

extension Ambiguity {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("since", since?.rfc3339)
        json.member("attempt", attempt)
        json.member("resolution", resolution?.rawValue)
    }
}

extension MessageReceipt {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("state", state.rawValue)
        json.member("at", at.rfc3339)
        json.member("reason", reason)
    }
}

extension AttemptRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("n", number)
        json.member("started_at", startedAt.rfc3339)
        json.member("duration_ms", duration.inMilliseconds)
        json.member("outcome", outcome.rawValue)
        json.member("errcode", errcode)
        json.member("errmsg", errmsg)
        json.member("rid", rid)
    }
}
