import Queueing
import Resilience
import Settings
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// What is told of ends other than `sent`, and of what still waits.
@Suite struct ExplanationEndTests {
    private typealias Bench = ExplanationBench

    @Test(arguments: [
        (43004, "recipient does not follow the account", "The recipient must follow the account first."),
        (48002, "recipient turned messages off", "Only the recipient can change this: don't send it again."),
        (
            43019, "recipient is blacklisted",
            "Take the recipient off the account's blacklist, or leave them alone."
        ),
    ])
    func `a refusal says what the code means and what to do`(code: Int, meaning: String, advice: String) {
        let refused = Bench.attempt(1, .recipient, errcode: code, errmsg: "no")
        let told = Bench.explain(Bench.record(.template, .failed, [refused]) { $0.progress.reason = "no (\(code))" })
        #expect(told.summary == "WeChat refused this message for good: \(meaning) (errcode \(code)). \(advice)")
        #expect(
            told.steps.map(\.text)[1...] == [
                "Attempt 1 took 120 ms: WeChat refuses this recipient; errcode \(code), \(meaning); it said \"no\"; rid 65a-1. "
                    + advice,
                "Failed: no (\(code)). It is not repeated by itself; a redrive would send it again as it is.",
            ]
        )
        #expect(told.steps.last?.errcode == code)
        #expect(told.steps.last?.rid == "65a-1")
    }

    @Test func `a message whose body is gone says so`() {
        let told = Bench.explain(
            Bench.record(.template, .failed) {
                $0.progress.reason = "its body is no longer kept"
                $0.content.body = []
            }
        )
        #expect(told.summary.contains("its body is no longer kept"))
        #expect(!told.summary.contains("WeChat refused"))
    }

    @Test(arguments: [
        (
            RetryPolicy.available,
            "After 2 attempts, the next would have come later than 2 h after the first, the max_age of class available."
        ),
        (
            RetryPolicy(fastAttempts: 2, backoff: RetryPolicy.available.backoff),
            "2 attempts are all that class available allows."
        ),
        (nil, "After 2 attempts class available allowed no more."),
    ])
    func `a dead message says which limit it reached`(policy: RetryPolicy?, words: String) {
        let last = Bench.attempt(2, at: .seconds(2), .transient, errcode: -1, errmsg: "system error")
        let record = Bench.record(.template, .dead, [Bench.busy(again: .seconds(2)), last]) {
            $0.progress.reason = "system error (-1)"
        }
        let told = Bench.explain(record, policy: policy)
        #expect(told.summary == "Given up after 2 attempts in 2.1 s: system busy (errcode -1).")
        #expect(told.steps.last?.text == "Given up: system error (-1). \(words)")
    }

    @Test(arguments: [
        (
            MessageType.custom,
            "WeChat can't tell a repeat of this custom message from a new one, so a repeat could be shown twice."
        ),
        (
            .template,
            "A repeat is safe only within 9 min of the first attempt, in which WeChat knows its client_msg_id, and no more "
                + "retry fell into that time."
        ),
    ])
    func `an ambiguous end says why it was not repeated`(type: MessageType, words: String) {
        let lost = Bench.attempt(1, .unknown, errcode: nil, errmsg: "timeout")
        let told = Bench.explain(Bench.record(type, .unknown, [lost]) { $0.progress.reason = "timeout" })
        #expect(
            told.summary
                == "Nobody knows whether WeChat took this message, and a repeat could be shown twice: it was not repeated."
        )
        #expect(told.steps.last?.text == "Ended as unknown: timeout. \(words)")
    }

    @Test(arguments: [MessageType.template, .custom])
    func `an attempt that a restart cut off is told, and whether it goes again`(type: MessageType) {
        var cut = Bench.attempt(1, .unknown, errcode: nil, errmsg: "Weir stopped while the attempt was in flight")
        cut.duration = .zero
        let again = Bench.attempt(2, at: .seconds(40), waits: [Wait(.noToken, .seconds(1))])
        let isRepeated = type == .template
        let record = Bench.record(type, isRepeated ? .sent : .unknown, isRepeated ? [cut, again] : [cut])
        let told = Bench.explain(record)
        #expect(told.steps[1].kind == .interrupted)
        #expect(
            told.steps[1].text == "Attempt 1 was on its way when Weir stopped: nobody knows whether WeChat took it."
        )
        guard isRepeated else {
            #expect(told.steps.map(\.kind) == [.accepted, .interrupted, .ended])
            return
        }
        #expect(told.steps.map(\.kind) == [.accepted, .interrupted, .decided, .gap, .waited, .attempt, .ended])
        #expect(told.steps[2].text.hasPrefix("It goes again: WeChat knows a repeat by its client_msg_id"))
        #expect(told.steps[3].duration == .seconds(39))
    }

    @Test func `an expired message says how often it was tried and what held it longest`() {
        let record = Bench.record(
            .template,
            .expired,
            [Bench.attempt(1, at: .seconds(90), .transient, errcode: -1, waits: [Wait(.paused, .seconds(90))])]
        ) { $0.progress.endedAt = Bench.at(.seconds(100)) }
        #expect(
            Bench.explain(record).summary
                == "Not sent: its not_after passed after 1 min 40 s, with 1 attempt made; it waited 1 min 30 s for an operator "
                + "to resume main."
        )
    }

    // MARK: Still waiting

    @Test func `what waits for its time says when that is`() {
        let due = Bench.at(.seconds(3_600))
        let record = Bench.record { $0.message.notBefore = due }
        let told = Bench.explain(record, report: Bench.report(Obstacle(.scheduled, until: due), since: .seconds(3_600)))
        #expect(told.summary == "It waits for its not_before; it may go at 2026-11-21T13:00:00+08:00 (not tried yet).")
        #expect(told.steps.last?.text == "It waits for its not_before, 2026-11-21T13:00:00+08:00.")
        #expect(told.steps.map(\.kind) == [.accepted, .waiting])
        #expect(told.nextAt == due)
    }

    @Test func `what waits for its retry says after what`() {
        let due = Bench.at(.seconds(60))
        let record = Bench.record(.template, .pending, [Bench.busy(again: .seconds(60))])
        let told = Bench.explain(record, report: Bench.report(Obstacle(.scheduled, until: due), since: .seconds(60)))
        #expect(
            told.summary
                == "It waits for its retry after system busy (-1); it may go at 2026-11-21T12:01:00+08:00 (1 attempt so far)."
        )
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .decided, .waiting])
    }

    @Test func `a retry that an older version set is no redrive`() {
        var last = Bench.busy(again: .seconds(60))
        last.next = nil
        let due = Bench.at(.seconds(60))
        let record = Bench.record(.template, .pending, [last]) {
            $0.progress.nextAt = due
            $0.progress.reason = "retry after system error (-1)"
        }
        let told = Bench.explain(record, report: Bench.report(Obstacle(.scheduled, until: due), since: .seconds(60)))
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .decided, .waiting])
        #expect(told.steps[2].text == "It goes again: retry after system error (-1).")
        #expect(told.steps.map(\.at) == told.steps.map(\.at).sorted())
    }

    @Test func `what was redriven and waits says so, at its time`() {
        let last = Bench.attempt(1, .transient, errcode: -1, errmsg: "system error")
        let record = Bench.record(.template, .pending, [last]) {
            $0.progress.countedAttempts = 0
            $0.progress.nextAt = Bench.at(.seconds(3))
        }
        let told = Bench.explain(record, report: Bench.report(Obstacle(.paused), since: .seconds(3)))
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .redriven, .waiting])
        #expect(told.steps.map(\.at)[2...] == [Bench.at(.seconds(3)), Bench.at(.seconds(3))])
    }

    @Test func `what is parked says until when, why, and how much waits with it`() throws {
        let midnight = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00+08:00"))
        let report = Bench.report(
            Obstacle(.quotaExhausted, until: midnight),
            waits: [Wait(.quotaExhausted, .seconds(4)), Wait(.noToken, .seconds(1))],
            waiting: 18
        )
        let told = Bench.explain(Bench.record(), report: report)
        #expect(
            told.steps.last?.text
                == "It waits for a new quota of /cgi-bin/message/template/send: the day's is used up (45009 or its like); "
                + "ready since 2026-11-21T12:00:00+08:00, 5 s. Since then it also waited 1 s for an access_token of main. "
                + "It may go at 2026-11-22T00:00:00+08:00, midnight in Shanghai, when quotas begin anew. "
                + "17 others wait in its lane."
        )
        #expect(told.nextAt == midnight)
        #expect(told.steps.last?.duration == .seconds(5))
    }

    @Test(arguments: Obstacle.Reason.allCases.filter { $0 != .scheduled })
    func `every reason to wait is told with the bucket or breaker`(reason: Obstacle.Reason) throws {
        let told = Bench.explain(Bench.record(), report: Bench.report(Obstacle(reason)))
        let clause = try #require(ExplanationWordsTests.clauses[reason])
        #expect(told.summary == "It waits \(clause); nobody knows how long (not tried yet).")
        #expect(told.steps.last?.text.hasPrefix("It waits \(clause); ready since") == true)
        #expect(told.steps.last?.text.hasSuffix("Nothing else waits in its lane.") == true)
        #expect(told.steps.last?.reason == reason)
        #expect((told.steps.last?.breaker != nil) == (reason == .breakerOpen))
    }

    @Test func `what is on its way and what waits in the journal alone say so`() {
        let sending = Bench.explain(Bench.record(.template, .sending) { $0.progress.firstAttemptAt = Bench.noon })
        #expect(sending.summary == "An attempt is on its way to WeChat now.")
        #expect(sending.steps.last?.text == "Attempt 1 is on its way to WeChat.")
        #expect(Bench.explain(Bench.record()).steps.last?.text.contains("journal alone") == true)
    }

    @Test func `a robot's codes are not taken for WeChat's`() {
        let refused = Bench.attempt(1, .request, errcode: 43004, errmsg: "robot says no")
        let told = Bench.explain(Bench.record(.dingtalk, .failed, [refused]))
        #expect(!told.text.contains("follow"))
        #expect(told.steps[1].meaning == nil)
    }
}
