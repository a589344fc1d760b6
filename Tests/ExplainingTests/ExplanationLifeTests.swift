import Queueing
import Resilience
import Settings
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// What is told of messages that have ended, and of each attempt on the way there.
@Suite struct ExplanationLifeTests {
    private typealias Bench = ExplanationBench

    private func texts(_ explanation: Explanation) -> [String] {
        explanation.steps.map(\.text)
    }

    @Test func `a message that went at once is told in three lines`() {
        let told = Bench.explain(
            Bench.record(.template, .sent, [Bench.attempt()]) { $0.progress.msgid = 3_557_254_367_693_750_001 }
        )
        #expect(told.summary == "WeChat took this message with attempt 1, 120 ms after Weir accepted it.")
        #expect(
            texts(told) == [
                "Weir accepted it: a template message of app main, priority normal, retry class available.",
                "Attempt 1 took 120 ms: WeChat took it.",
                "Sent, 120 ms after it was accepted; WeChat's msgid is 3557254367693750001.",
            ]
        )
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .ended])
        #expect(told.nextAt == nil)
    }

    @Test func `a clock that was set back shortens nothing, and is told`() {
        let hours = Duration.seconds(8 * 3600)
        let back = Bench.attempt(2, at: .milliseconds(2_300) - hours, waits: [Wait(.rateLimited, .milliseconds(300))])
        let told = Bench.explain(Bench.record(.template, .sent, [Bench.busy(again: .seconds(2)), back]))
        #expect(told.summary.hasPrefix("WeChat took this message with attempt 2, 2.4 s after Weir accepted it"))
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .decided, .gap, .waited, .waited, .attempt, .ended])
        #expect(texts(told)[3] == "The clock was set back by about 8 h: the times above are by the clock before.")
        #expect(told.steps[3].duration == nil)
        #expect(told.steps[4].text.hasSuffix("for the time of its retry."))
        #expect(told.steps.last?.duration == .milliseconds(2_420))
    }

    @Test func `the text is the summary and a line a step, in China's time`() {
        let told = Bench.explain(Bench.record(.template, .cancelled))
        #expect(
            told.text == """
                \(told.id)  cancelled
                Not sent: its client cancelled it after 3 s, with 0 attempts made.

                2026-11-21T12:00:00+08:00  Weir accepted it: a template message of app main, priority normal, retry class available.
                2026-11-21T12:00:03+08:00  Cancelled by its client.

                """
        )
    }

    @Test func `waits come before the attempt that they delayed, each with its bucket or breaker`() {
        let waits = [
            Wait(.breakerOpen, .seconds(30)), Wait(.rateLimited, .milliseconds(1_200)), Wait(.turn, .seconds(2)),
        ]
        let record = Bench.record(.template, .sent, [Bench.attempt(at: .milliseconds(33_200), waits: waits)])
        let told = Bench.explain(record)
        #expect(
            texts(told)[1...3] == [
                "Waited 30 s for the breaker main~api.weixin.qq.com~message, which lets nothing through.",
                "Waited 1.2 s for a permit of the limiter of main /cgi-bin/message/template/send (10 in 1 s, at most 20 at once).",
                "Waited 2 s for its turn, behind other work.",
            ]
        )
        #expect(told.steps[1].breaker == Bench.breaker)
        #expect(told.steps[2].api == "/cgi-bin/message/template/send")
        #expect(told.steps.map(\.at)[1...3] == [Bench.noon, Bench.at(.seconds(30)), Bench.at(.milliseconds(31_200))])
        #expect(told.steps[1].duration == .seconds(30))
        #expect(told.summary.contains("it waited 30 s for the breaker main~api.weixin.qq.com~message"))
    }

    @Test func `its own time is told apart from what it waited for then`() {
        let record = Bench.record(
            .template,
            .sent,
            [Bench.attempt(at: .seconds(65), waits: [Wait(.noToken, .seconds(5))])]
        ) { $0.message.notBefore = Bench.at(.seconds(60)) }
        let told = Bench.explain(record)
        #expect(
            texts(told)[0...2] == [
                "Weir accepted it: a template message of app main, priority normal, retry class available, "
                    + "not before 2026-11-21T12:01:00+08:00.",
                "Waited 1 min for its not_before.", "Waited 5 s for an access_token of main.",
            ]
        )
        #expect(told.summary.hasSuffix("; it waited 1 min for its own time (not_before or a retry)."))
    }

    @Test func `the summary names what took most of the time, all its turns together`() {
        let limited = Wait(.rateLimited, .seconds(2))
        var first = Bench.busy(1, at: .seconds(5), again: .milliseconds(5_120))
        first.waits = [Wait(.noToken, .seconds(3)), limited]
        let second = Bench.attempt(2, at: .milliseconds(7_121), waits: [limited, Wait(.turn, .milliseconds(1))])
        let told = Bench.explain(Bench.record(.template, .sent, [first, second]))
        #expect(told.summary.contains("; it waited 4 s for a permit of the limiter of main"))
        #expect(told.steps.map(\.reason).contains(.turn) == false)
    }

    @Test func `each retry says when, which of its class's, and what it cost`() {
        let record = Bench.record(
            .template,
            .sent,
            [
                Bench.busy(1, again: .milliseconds(620)),
                Bench.busy(2, at: .milliseconds(620), again: .milliseconds(8_740), .deferred(.seconds(7))),
                Bench.attempt(3, at: .milliseconds(8_740)),
            ]
        )
        let told = Bench.explain(record)
        #expect(
            texts(told) == [
                "Weir accepted it: a template message of app main, priority normal, retry class available.",
                "Attempt 1 took 120 ms: WeChat took nothing; errcode -1, system busy; it said \"system error\"; rid 65a-1.",
                "It goes again at 2026-11-21T12:00:00.620+08:00, 500 ms later: fast retry 1 of 4 of class available. "
                    + "That cost 1 of the retry budget of app main.",
                "Waited 500 ms for the time of its retry.",
                "Attempt 2 took 120 ms: WeChat took nothing; errcode -1, system busy; it said \"system error\"; rid 65a-2.",
                "It goes again at 2026-11-21T12:00:08.740+08:00, 8 s later: fast retry 2 of 4 of class available. "
                    + "The retry budget of app main was spent, which put it off by 7 s.",
                "Waited 8 s for the time of its retry.", "Attempt 3 took 120 ms: WeChat took it.",
                "Sent, 8.9 s after it was accepted.",
            ]
        )
        #expect(told.steps[2].cost == .paid)
        #expect(told.steps[5].cost == .deferred(.seconds(7)))
        #expect(told.steps[4].rid == "65a-2")
        #expect(told.steps[4].meaning == "system busy")
    }

    @Test(arguments: [
        (1, "step 1 of 3 of the ladder of class available"), (3, "step 3 of 3 of the ladder of class available"),
        (4, "class available goes on every 30 min"),
    ])
    func `after the fast retries the ladder is named`(retries: Int, words: String) {
        var policy = RetryPolicy.available
        policy.fastAttempts = 1
        let attempts = (1...retries).map { Bench.busy($0, at: .seconds($0), again: .seconds($0 + 1)) }
        let told = Bench.explain(
            Bench.record(.template, .pending, attempts),
            report: Bench.report(Obstacle(.scheduled, until: Bench.at(.seconds(retries + 1)))),
            policy: policy
        )
        #expect(told.steps.last { $0.kind == .decided }?.text.contains(words) == true)
    }

    @Test(arguments: [
        (
            Outcome.quotaExhausted, 45009, Obstacle.Reason.quotaExhausted, "2026-11-22T00:00:00+08:00",
            "Parked until 2026-11-22T00:00:00+08:00, midnight in Shanghai, when quotas begin anew, because WeChat said 45009."
        ),
        (
            .throttled, 45011, .throttled, "2026-11-21T12:01:00+08:00",
            "Parked until 2026-11-21T12:01:00+08:00, because WeChat said 45011."
        ),
        (
            .account, 48001, .account, "2026-11-21T12:01:00+08:00",
            "Held until 2026-11-21T12:01:00+08:00, because WeChat said 48001: an operator must act."
        ),
    ])
    func `a lane that waits for WeChat or an operator costs the message nothing`(
        outcome: Outcome,
        errcode: Int,
        reason: Obstacle.Reason,
        until: String,
        words: String
    ) throws {
        let due = try #require(Timestamp(rfc3339: until))
        let next = NextStep(due: due, wait: reason, reason: "words (\(errcode))", cost: .free)
        let parked = Bench.attempt(1, outcome, errcode: errcode, errmsg: "words", next: next)
        let waits = [Wait(reason, due - Bench.at(.milliseconds(120)))]
        var second = Bench.attempt(2, at: due - Bench.noon, waits: waits)
        second.startedAt = due
        let told = Bench.explain(Bench.record(.template, .sent, [parked, second]))
        let decided = try #require(told.steps.first { $0.kind == .decided })
        #expect(decided.text == words + " It uses up no attempt and costs nothing of the retry budget.")
        #expect(decided.reason == reason)
        #expect(decided.nextAt == due)
        #expect(told.steps.filter { $0.kind == .waited }.map(\.reason) == [reason])
    }

    @Test func `a rejected token is tried once more for nothing`() throws {
        let next = NextStep(due: nil, reason: "invalid credential (40001)", cost: .free)
        let rejected = Bench.attempt(1, .tokenRejected, errcode: 40001, errmsg: "invalid credential", next: next)
        let told = Bench.explain(Bench.record(.template, .sent, [rejected, Bench.attempt(2, at: .milliseconds(120))]))
        #expect(
            texts(told)[1...2] == [
                "Attempt 1 took 120 ms: WeChat rejected the access_token; errcode 40001, access token invalid or superseded; "
                    + "it said \"invalid credential\"; rid 65a-1. If it happens again and again, somebody else refreshes "
                    + "this account's token.",
                "It goes again at once with another access_token. It uses up no attempt and costs nothing of the retry budget.",
            ]
        )
    }

    @Test func `what an older version wrote is told as far as it is known`() {
        var first = Bench.busy(1, again: .seconds(1))
        first.next = nil
        let told = Bench.explain(Bench.record(.template, .sent, [first, Bench.attempt(2, at: .seconds(40))]))
        #expect(
            texts(told)[2]
                == "It went on: somebody redrove it, or an older version of Weir retried it and kept no reason."
        )
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .redriven, .attempt, .ended])
    }

    @Test func `a redrive is told`() {
        let refused = Bench.attempt(1, .recipient, errcode: 43004, errmsg: "require subscribe")
        let again = Bench.attempt(2, at: .seconds(600), waits: [Wait(.paused, .seconds(3))])
        let told = Bench.explain(Bench.record(.template, .sent, [refused, again]))
        #expect(told.steps.map(\.kind) == [.accepted, .attempt, .redriven, .waited, .attempt, .ended])
        #expect(told.steps[2].at == Bench.at(.seconds(597)))
        #expect(texts(told)[2] == "It had ended; somebody redrove it, and its retries count anew.")
    }

    @Test func `neither recipient nor body is in any of it`() {
        let refused = Bench.attempt(1, .recipient, errcode: 40003, errmsg: "invalid openid \(Bench.openID)")
        let record = Bench.record(.template, .failed, [refused]) {
            $0.progress.reason = "invalid openid \(Bench.openID) (40003)"
            $0.content.metadata = Array("{\"private\":1}".utf8)
        }
        let told = Bench.explain(record)
        let all = told.text + told.steps.map { "\($0)" }.joined()
        #expect(all.contains("invalid openid …"))
        for secret in [Bench.openID, "words of the body", "private"] { #expect(!all.contains(secret)) }
    }
}
