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

    /// What to do about an attempt's errcode or outcome.
    func advice(on attempt: AttemptRecord) -> String? {
        ExplanationAdvice.sentence(attempt.outcome, errcode: entry(of: attempt)?.code)
    }

    /// WeChat's text, never with the recipient in it.
    func clean(_ text: String) -> String {
        record.recipient.isEmpty ? text : text.replacing(record.recipient, with: "…")
    }

    /// An attempt of which only its start is known.
    static func isInterrupted(_ attempt: AttemptRecord) -> Bool {
        attempt.outcome == .unknown && attempt.duration == .zero
    }
}
