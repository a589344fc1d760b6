import Queueing
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// A message with very many attempts is told on one screen.
struct ExplanationBoundTests {
    private typealias Bench = ExplanationBench

    private func parked(_ number: Int) -> AttemptRecord {
        let offset = Duration.seconds(number * 60)
        return Bench.attempt(
            number,
            at: offset,
            .throttled,
            errcode: 45011,
            errmsg: "api minute-quota reach limit",
            next: NextStep(due: Bench.at(offset + .seconds(60)), wait: .throttled, reason: "45011", cost: .free)
        )
    }

    private func record(_ total: Int, kept: (first: Int, last: Int)) -> MessageRecord {
        let numbers = Array(1...kept.first) + Array((total - kept.last + 1)...total)
        return Bench.record(.template, .pending, numbers.map(parked)) { record in
            record.omittedAttempts = total - numbers.count
            record.progress.countedAttempts = 0
        }
    }

    @Test func `200,000 attempts are told in one screen, and none is forgotten`() throws {
        let told = Bench.explain(record(200_000, kept: (20, 80)), now: .seconds(200_000 * 60 + 1))
        let lines = told.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 40)
        #expect(told.text.contains("… 199,992 attempts between …"))
        #expect(told.text.contains("Attempt 3 ") && !told.text.contains("Attempt 4 "))
        #expect(told.text.contains("Attempt 199996 ") && told.text.contains("Attempt 200000 "))
        #expect(told.summary.contains("200,000 attempts so far"))
        let gap = try #require(told.steps.first { $0.kind == .omitted })
        #expect(gap.omitted == 199_900)
        #expect(gap.text == "199,900 attempts between are counted and kept no longer.")
        #expect(told.steps.count <= 402)
    }

    @Test func `a screen's worth of attempts is told in full`() {
        let told = Bench.explain(Bench.record(.template, .pending, (1...16).map(parked)), now: .seconds(1000))
        #expect(!told.text.contains("between"))
        #expect(told.steps.allSatisfy { $0.kind != .omitted })
    }

    @Test func `the count of retries goes on behind what is left out`() {
        let first = (1...2).map { Bench.busy($0, at: .seconds($0), again: .seconds($0 + 1)) }
        let last = (99...100).map { Bench.busy($0, at: .seconds($0), again: .seconds($0 + 1)) }
        let record = Bench.record(.template, .pending, first + last) { record in
            record.omittedAttempts = 96
            record.progress.countedAttempts = 100
        }
        var story = ExplanationTimeline(MessageFacts(record: record, now: Bench.at(.seconds(200))))
        story.tell()
        #expect(story.counted == 100)
    }

    @Test func `waits that grow are told with their number`() {
        let record = Bench.record(.template, .pending, (1...3).map(parked))
        let told = Bench.explain(record, now: .seconds(200))
        let decisions = told.steps.filter { $0.kind == .decided }.map(\.text)
        #expect(!decisions[0].contains("in a row"))
        #expect(decisions[2].contains("Such waits in a row: 3, this one of 59.9 s."))
    }
}
