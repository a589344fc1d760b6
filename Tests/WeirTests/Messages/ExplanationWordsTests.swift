import Testing
import Timekeeping

@testable import Weir

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

    @Test(arguments: Obstacle.Reason.allCases)
    func `every reason has words of its own`(reason: Obstacle.Reason) {
        let facts = ExplanationFacts(record: ExplanationBench.record(), now: ExplanationBench.noon)
        let others = Obstacle.Reason.allCases.filter { $0 != reason }.map { ExplanationWords.clause($0, facts) }
        #expect(!others.contains(ExplanationWords.clause(reason, facts)))
        #expect(ExplanationWords.clause(reason, facts).hasPrefix("for "))
    }
}
