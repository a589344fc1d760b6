import Queueing
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// What is told of a message after WeChat took it.
@Suite struct ExplanationReceiptTests {
    private typealias Bench = ExplanationBench

    private func told(
        _ outcome: Outcome,
        _ end: JobState,
        _ receipt: MessageReceipt,
        others: [MessageReceipt] = []
    ) -> Explanation {
        var before = MessageProgress()
        before.state = outcome == .accepted ? .sent : .unknown
        #expect(before.take(receipt) == .taken)
        #expect(before.state == end)
        let attempt = Bench.attempt(1, outcome, errcode: outcome == .accepted ? 0 : nil, errmsg: nil)
        return Bench.explain(
            Bench.record(.template, end, [attempt]) { record in
                record.progress.receipt = receipt
                record.progress.reason = before.reason
                record.contradictions = others
            }
        )
    }

    @Test(arguments: [
        (MessageReceipt.State.delivered, JobState.delivered, "the phone has it"),
        (.blocked, .failed, "the recipient refuses messages of this account, in WeChat's words \"failed:user block\""),
        (.failed, .failed, "WeChat could not deliver it"), (.limited, .failed, "has had too many messages"),
        (.missing, .sent, "No receipt has come in time"),
    ])
    func `a receipt is the last line, behind the end that it moved`(
        state: MessageReceipt.State,
        end: JobState,
        words: String
    ) {
        let reason = state == .blocked ? "failed:user block" : nil
        let told = told(.accepted, end, MessageReceipt(state, at: Bench.at(.seconds(9)), reason: reason))
        #expect(told.state == end)
        #expect(told.steps.suffix(2).map(\.kind) == [.ended, .receipt])
        #expect(told.steps.dropLast().last?.text.hasPrefix("Sent, ") == true)
        #expect(told.steps.last?.text.contains(words) == true, "\(told.steps)")
        #expect(told.summary.hasPrefix("WeChat took this message"))
    }

    @Test func `what nobody knew is told by a receipt, and others that say otherwise are told behind it`() {
        let late = MessageReceipt(.failed, at: Bench.at(.seconds(12)), reason: "failed: system failed")
        let told = told(.unknown, .delivered, MessageReceipt(.delivered, at: Bench.at(.seconds(9))), others: [late])
        #expect(told.steps.suffix(3).map(\.kind) == [.ended, .receipt, .receipt])
        #expect(told.steps.suffix(3).first?.text.hasPrefix("Ended as unknown") == true)
        #expect(told.steps.last?.text.contains("the first one counts") == true)
    }

    @Test func `only what was sent or is unknown takes a receipt, and the first final one counts`() {
        let (delivered, failed) = (
            MessageReceipt(.delivered, at: Bench.at(.zero)), MessageReceipt(.failed, at: Bench.at(.zero))
        )
        for state in JobState.allCases where state != .sent && state != .unknown {
            var progress = MessageProgress()
            progress.state = state
            #expect(progress.take(delivered) == .none)
            #expect(progress.state == state && progress.receipt == nil)
        }
        var progress = MessageProgress()
        progress.state = .sent
        #expect(progress.take(MessageReceipt(.missing, at: Bench.at(.zero))) == .taken)
        #expect(progress.take(failed) == .taken)
        #expect(progress.take(failed) == .repeated)
        #expect(progress.take(delivered) == .contradicted)
        #expect(progress.state == .failed && progress.receipt == failed)
    }
}
