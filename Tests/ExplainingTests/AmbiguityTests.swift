import Queueing
import Testing
import WeChat
import WeirPorts

/// How a message's doubt is said to have ended.
@Suite struct AmbiguityTests {
    @Test(
        arguments: [
            (.unknown, .unknown, nil, Ambiguity.Resolution.none),
            (.delivered, .unknown, .delivered, .receipt), (.failed, .unknown, .blocked, .receipt),
            (.unknown, .unknown, .missing, Ambiguity.Resolution.none),
            (.sent, .accepted, nil, .repeated), (.delivered, .accepted, .delivered, .repeated),
            (.pending, .unknown, nil, nil),
        ] as [(JobState, Outcome, MessageReceipt.State?, Ambiguity.Resolution?)]
    )
    func `a receipt ends a doubt where no answer did`(
        _ state: JobState,
        _ last: Outcome,
        _ receipt: MessageReceipt.State?,
        _ resolution: Ambiguity.Resolution?
    ) {
        let attempts = [
            ExplanationBench.attempt(1, .unknown, errcode: nil, errmsg: nil),
            ExplanationBench.attempt(2, at: .seconds(5), last, errcode: last == .accepted ? 0 : nil, errmsg: nil),
        ]
        let record = ExplanationBench.record(.template, state, attempts) { record in
            record.progress.receipt = receipt.map { MessageReceipt($0, at: ExplanationBench.at(.seconds(60))) }
        }
        #expect(record.ambiguity?.attempt == 1)
        #expect(record.ambiguity?.resolution == resolution)
    }
}
