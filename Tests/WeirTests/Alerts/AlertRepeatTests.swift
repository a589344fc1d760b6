import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// An alert that comes and goes: only the last notification of a group can be a repeat.
struct AlertRepeatTests {
    private static let wide = AlertFixtures.configuration(AlertFixtures.people(rate: .perMinute(1000)))

    private func post(_ bench: AlertBench, firing: Bool) async throws -> AlertReport.Result? {
        bench.harness.time.advance(by: .seconds(1))
        return try await bench.post(AlertBench.webhook("Down", firing: firing)).sinks["oncall"]
    }

    private func statuses(_ bench: AlertBench) -> [Bool] {
        bench.messages.map { String(decoding: $0.metadata, as: UTF8.self).contains("firing") }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 8, 13, 40])
    func `what fires again after it was resolved is told, and each repeat of it is not`(_ changes: Int) async throws {
        let bench = try AlertBench(AlertRepeatTests.wide)
        for change in 0..<changes {
            #expect(try await post(bench, firing: change % 2 == 0) == .accepted, "\(change)")
            #expect(try await post(bench, firing: change % 2 == 0) == .duplicate, "\(change)")
        }
        #expect(statuses(bench) == (0..<changes).map { $0 % 2 == 0 })
        #expect(Set(bench.messages.compactMap(\.idempotency?.key)).count == changes)
    }

    @Test func `after a restart the last one is known, and what went before it is news`() async throws {
        var journal = MemoryJournal()
        var now = Timestamp.noon
        for firing in [true, false, true, false] {
            let bench = try AlertBench(AlertRepeatTests.wide, journal: journal, at: now)
            #expect(try await post(bench, firing: firing) == .accepted)
            bench.settle()
            let next = try AlertBench(
                AlertRepeatTests.wide,
                journal: bench.harness.journal,
                at: bench.harness.time.timestamp()
            )
            #expect(try await post(next, firing: firing) == .duplicate)
            next.settle()
            (journal, now) = (next.harness.journal, next.harness.time.timestamp())
        }
    }

    @Test(arguments: [0, 148, 149, 150, 297, 298, 299])
    func `no edge of a stretch hides that it fires again`(_ offset: Int64) async throws {
        let start = Timestamp(milliseconds: 1_700_000_100_000 / 300_000 * 300_000) + .seconds(offset)
        let bench = try AlertBench(AlertRepeatTests.wide, at: start)
        for firing in [true, false, true] {
            #expect(try await post(bench, firing: firing) == .accepted)
            #expect(try await post(bench, firing: firing) == .duplicate)
        }
    }

    @Test func `two Alertmanagers tell the story once`() async throws {
        var alerts = AlertRepeatTests.wide
        alerts.clients = ["orders", "second"]
        let bench = try AlertBench(alerts)
        for firing in [true, false, true, false] {
            for (client, result) in [("second", AlertReport.Result.accepted), ("orders", .duplicate)] {
                let webhook = AlertBench.webhook("Down", firing: firing)
                #expect(try await bench.post(webhook, as: Caller(name: client)).sinks == ["oncall": result])
            }
        }
        #expect(statuses(bench) == [true, false, true, false])
    }

    @Test func `in a summary too the third counts`() async throws {
        let bench = try AlertBench(AlertFixtures.configuration(AlertFixtures.people(rate: .perMinute(1))))
        try await bench.post()
        for firing in [true, false, true] { #expect(try await post(bench, firing: firing) == .summarised) }
        bench.settle()
        let remark = try JSONObjectView(bench.standing.last?.body ?? []).value(at: ["data", "remark", "value"])?.string
        #expect(remark?.hasPrefix("3 further notifications: 2 firing, 1 resolved") == true, "\(remark ?? "")")
    }

    @Test func `a summary that some have is not counted again for the others`() async throws {
        let people = AlertFixtures.people(["o1", "o2"], rate: .perMinute(1))
        let bench = try AlertBench(AlertFixtures.configuration(people)) { $0.queue.capacity = 3 }
        _ = bench.harness.gateway.setPaused(true, app: "main")
        try await bench.post()
        for _ in 0..<3 { #expect(await bench.refusal(AlertBench.webhook("Down"))?.reason == .queueFull) }
        bench.harness.dispatcher.cancel(bench.messages[0].id) { _ in }
        bench.settle()
        #expect(try await post(bench, firing: true) == .summarised)
        let remark = try JSONObjectView(bench.standing.last?.body ?? []).value(at: ["data", "remark", "value"])?.string
        #expect(bench.standing.last?.recipient == "o2")
        #expect(remark?.hasPrefix("1 further notification: 1 firing") == true, "\(remark ?? "")")
    }

    @Test func `while nothing leaves, messages within the rate become a summary too`() async throws {
        let bench = try AlertBench(AlertRepeatTests.wide)
        _ = bench.harness.gateway.setPaused(true, app: "main")
        for number in 0..<60 {
            let result = try await bench.post(AlertBench.webhook("A\(number)")).sinks["oncall"]
            #expect(result == (number < AlertService.behindLimit ? .accepted : .summarised))
            bench.harness.advance(.seconds(5))
        }
        bench.settle()
        #expect(bench.standing.count == AlertService.behindLimit + 1)
        let remark = try JSONObjectView(bench.standing.last?.body ?? []).value(at: ["data", "remark", "value"])?.string
        #expect(remark?.hasPrefix("57 further notifications: 57 firing") == true, "\(remark ?? "")")
    }

    @Test func `messages on their way are not behind`() async throws {
        let bench = try AlertBench(AlertRepeatTests.wide)
        for number in 0..<6 {
            #expect(try await bench.post(AlertBench.webhook("A\(number)")).sinks == ["oncall": .accepted])
        }
        await bench.harness.transport.waitForRequests(7)
    }
}
