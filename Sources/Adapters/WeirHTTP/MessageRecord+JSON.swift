import Queueing
import Timekeeping
import WeChat
import Weir
import WireJSON

/// How the messages API shows a message.
extension MessageRecord {
    func write(to json: inout JSONWriter, withAttempts: Bool = true) {
        json.member("id", message.id.description)
        json.member("state", progress.state.name)
        json.member("app", message.app)
        json.member("type", message.type.rawValue)
        json.member("priority", message.priority.name)
        json.member("retry_class", message.retryClass)
        json.member("created_at", message.createdAt.rfc3339)
        json.member("not_before", message.notBefore?.rfc3339)
        json.member("not_after", message.notAfter?.rfc3339)
        if !content.metadata.isEmpty { json.member("metadata", raw: content.metadata) }
        if withAttempts {
            json.member(
                "attempts",
                array: { list in
                    for attempt in attempts { list.object { attempt.write(to: &$0) } }
                }
            )
            if omittedAttempts > 0 { json.member("attempts_omitted", omittedAttempts) }
        }
        json.member("msgid", progress.msgid.map(String.init))
        json.member("ended_at", progress.endedAt?.rfc3339)
        json.member("reason", progress.reason)
        if !progress.state.isTerminal { json.member("next_at", progress.nextAt?.rfc3339) }
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
