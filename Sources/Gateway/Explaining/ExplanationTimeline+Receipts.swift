import DispatchCore
import Queueing
import Timekeeping
import WeChat
import WeirPorts

extension ExplanationTimeline {
    /// What WeChat said of the message after it was taken, the receipt that counts first.
    mutating func receipts() {
        guard let receipt = facts.record.receipt else { return }
        add(ExplanationStep(.receipt, at: receipt.at, words(receipt)))
        for other in facts.record.contradictions {
            let text = "Another receipt said \(other.state.rawValue)\(reason(other)): the first one counts."
            add(ExplanationStep(.receipt, at: other.at, text))
        }
    }

    private func words(_ receipt: MessageReceipt) -> String {
        switch receipt.state {
        case .delivered: "Its receipt came: the phone has it\(reason(receipt))."
        case .blocked: "Its receipt came: the recipient refuses messages of this account\(reason(receipt)). It failed."
        case .failed: "Its receipt came: WeChat could not deliver it\(reason(receipt)). It failed."
        case .limited: "Its receipt came: the recipient has had too many messages\(reason(receipt)). It failed."
        case .missing:
            "No receipt has come in time: whether the phone has it is not known. One that comes later counts."
        }
    }

    private func reason(_ receipt: MessageReceipt) -> String {
        receipt.reason.map { ", in WeChat's words \"\(facts.clean($0))\"" } ?? ""
    }
}

extension MessageFacts {
    /// How it had ended before a receipt came; how it has ended where none did.
    var endBeforeReceipt: JobState {
        guard record.receipt?.state.end != nil else { return record.state }
        let isInDoubt = record.attempts.last.map { $0.outcome != .accepted } ?? false
        return isInDoubt ? .unknown : .sent
    }
}
