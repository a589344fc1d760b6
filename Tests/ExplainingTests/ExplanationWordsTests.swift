import Resilience
import Testing
import Timekeeping
import WeirPorts

@testable import DispatchCore
@testable import Explaining

@Suite struct ExplanationWordsTests {
    @Test(
        arguments: [
            (.zero, "under 1 ms"), (.microseconds(999), "under 1 ms"), (.milliseconds(1), "1 ms"),
            (.milliseconds(999), "999 ms"), (.seconds(1), "1 s"), (.milliseconds(1_240), "1.2 s"),
            (.milliseconds(59_949), "59.9 s"), (.milliseconds(59_950), "1 min"), (.seconds(200), "3 min 20 s"),
            (.milliseconds(3_599_600), "1 h"), (.seconds(7_500), "2 h 5 min"), (.seconds(86_399), "1 d"),
            (.seconds(3 * 86_400 + 4 * 3_600), "3 d 4 h"), (.seconds(-4), "under 1 ms"),
        ] as [(Duration, String)]
    )
    func `a duration is said in two units at most`(duration: Duration, text: String) {
        #expect(ExplanationWords.duration(duration) == text)
    }

    @Test(arguments: [Duration.milliseconds(Int64.min), .milliseconds(Int64.max), .seconds(Int64.max)])
    func `no duration traps, however long`(duration: Duration) {
        #expect(!ExplanationWords.duration(duration).isEmpty)
    }

    /// What is said of a template message of the app main whose limit and breaker are known.
    static let clauses: [Obstacle.Reason: String] = [
        .rateLimited:
            "for a permit of the limiter of main /cgi-bin/message/template/send (10 in 1 s, at most 20 at once)",
        .breakerOpen: "for the breaker main~api.weixin.qq.com~message, which lets nothing through",
        .throttled:
            "for the pause that WeChat asked for: /cgi-bin/message/template/send was called too fast (45011 or its like)",
        .quotaExhausted:
            "for a new quota of /cgi-bin/message/template/send: the day's is used up (45009 or its like)",
        .quotaReserved:
            "for a new quota of /cgi-bin/message/template/send: what is left of the day's is kept for urgent and high until the "
            + "last hour before midnight",
        .quietHours: "for the end of the quiet hours of main",
        .noToken: "for an access_token of main",
        .credentials: "for an operator: WeChat gives out no access_token for main",
        .tokenRejected: "for an access_token of main that WeChat does not reject",
        .account:
            "for an operator: WeChat refuses main or its use of /cgi-bin/message/template/send, and is asked again each "
            + "minute, later each fifth",
        .paused: "for an operator to resume main",
        .noApp: "for its app main, which is not configured any more, to return",
        .concurrency: "for a free slot among the attempts in flight",
        .journal: "for a journal that can be written",
        .draining: "for the next start of Weir",
        .scheduled: "for its own time (not_before or a retry)",
        .turn: "for its turn, behind other work",
    ]

    @Test(arguments: Obstacle.Reason.allCases)
    func `every reason has words of its own`(reason: Obstacle.Reason) {
        var facts = MessageFacts(record: ExplanationBench.record(), now: ExplanationBench.noon)
        facts.limit = RateLimit(permits: 10, per: .seconds(1), burst: 20)
        facts.breaker = ExplanationBench.breaker
        #expect(ExplanationWords.clause(reason, facts) == Self.clauses[reason])
    }

    @Test(arguments: [
        (Obstacle.Reason.rateLimited, "for a permit of the limiter of main /cgi-bin/message/template/send"),
        (.breakerOpen, "for the breaker, which lets nothing through"),
    ])
    func `what is not known is left out`(reason: Obstacle.Reason, text: String) {
        let facts = MessageFacts(record: ExplanationBench.record(), now: ExplanationBench.noon)
        #expect(ExplanationWords.clause(reason, facts) == text)
    }
}
