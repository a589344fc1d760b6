import DispatchCore
import WeChat
import WeirPorts

extension MessageFacts {
    /// The path whose lane it waits in.
    var api: String { record.type.lanePath }

    /// Whether and how WeChat knows a repeat of its type.
    var repeatability: Repeatability { record.type.descriptor.repeatability }

    /// Whether WeChat knows a repeat of it for one. One in doubt keeps its body.
    var isRepeatKnown: Bool { repeatability.knowsRepeat(of: record.body) }

    /// What WeChat's table says of an attempt's errcode; `nil` without one, and of robots, whose codes are their own vendors'.
    func entry(of attempt: AttemptRecord) -> ErrorCodeEntry? {
        guard let code = attempt.errcode, code != 0, MessageType.open.contains(record.type) else { return nil }
        return ErrorCodeTable.entry(code, on: record.type.descriptor)
    }

    /// What WeChat's table says of the errcode because of which it waits; of robots there is none.
    var refusal: ErrorCodeEntry? {
        guard let code = refusedWith, let reason = waiting?.obstacle.reason, MessageType.open.contains(record.type)
        else {
            return nil
        }
        let token = APICatalog.descriptor(method: "POST", path: "/cgi-bin/stable_token")
        return ErrorCodeTable.entry(code, on: reason == .credentials ? token : record.type.descriptor)
    }

    /// What to do about that.
    var adviceOnRefusal: String? {
        refusal.flatMap { entry in
            waiting?.obstacle.reason == .credentials
                ? ExplanationAdvice.onCredentials(entry)
                : ExplanationAdvice.sentence(entry.outcome, entry)
        }
    }

    /// What to do about an attempt's errcode or outcome.
    func advice(on attempt: AttemptRecord) -> String? {
        ExplanationAdvice.sentence(attempt.outcome, entry(of: attempt))
    }

    /// Whether a later attempt found the recipient's one consent used up.
    var isProbablyDelivered: Bool { record.ambiguity?.resolution == .probablyDelivered }

    /// WeChat's text, never with the recipient in it.
    func clean(_ text: String) -> String {
        record.recipient.isEmpty ? text : text.replacing(record.recipient, with: "…")
    }

    /// An attempt of which only its start is known.
    static func isInterrupted(_ attempt: AttemptRecord) -> Bool {
        attempt.outcome == .unknown && attempt.duration == .zero
    }
}
