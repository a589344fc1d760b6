import GatewaySupport
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What people are told of holds and parks: each once when it begins and once when it is over.
@Suite struct StopNewsTests {
    private static func words(_ news: [StopNews]) -> [String] {
        news.map { "\($0.kind) \($0.api ?? "app") \($0.why) \($0.isOver ? "over" : "begins")" }
    }

    private func start() -> (MachineHarness, LaneID) {
        var harness = MachineHarness(at: MachineHarness.noon + .seconds(5))
        let lane = harness.lane()
        return (harness, lane)
    }

    static let stops: [(code: Int, what: String)] = [
        (45009, "parked \(Path.template)"), (45011, "parked \(Path.template)"), (48001, "held \(Path.template)"),
        (50002, "held app"),
    ]

    @Test(arguments: stops)
    func `a stop is told with its errcode, not again while it lasts, and its end by a resume`(
        _ stop: (code: Int, what: String)
    ) {
        var (harness, lane) = start()
        harness.send(lane, .errcode(stop.code))
        #expect(Self.words(harness.machine.takeStops(at: harness.now)) == ["\(stop.what) errcode \(stop.code) begins"])
        harness.advance(.seconds(1))
        #expect(harness.machine.takeStops(at: harness.now).isEmpty)
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(Self.words(harness.machine.takeStops(at: harness.now)) == ["\(stop.what) errcode \(stop.code) over"])
        #expect(harness.machine.takeStops(at: harness.now).isEmpty)
    }

    @Test func `a park's end by time is told when it comes, and neither earlier nor twice`() throws {
        var (harness, lane) = start()
        harness.send(lane, .errcode(45011))
        let news = try #require(harness.machine.takeStops(at: harness.now).first)
        #expect(news.until == MachineHarness.noon + .seconds(60) && news.app == "main")
        harness.advance(.seconds(54))
        #expect(harness.machine.takeStops(at: harness.now).isEmpty)
        harness.advance(.seconds(1))
        #expect(
            Self.words(harness.machine.takeStops(at: harness.now)) == ["parked \(Path.template) errcode 45011 over"]
        )
        #expect(harness.machine.takeStops(at: harness.now).isEmpty)
        #expect(harness.machine.stops.count == 0)
    }

    @Test func `a hold that is renewed for an hour is one piece of news, and its end is told when a probe is taken`() {
        var (harness, lane) = start()
        var told: [String] = []
        for _ in 0..<60 {
            harness.send(lane, .errcode(48001))
            told += Self.words(harness.machine.takeStops(at: harness.now))
            harness.advance(.seconds(60))
        }
        #expect(told == ["held \(Path.template) errcode 48001 begins"])
        harness.advance(.seconds(300))
        _ = harness.starts().map { harness.finish($0, .ok) }
        #expect(Self.words(harness.machine.takeStops(at: harness.now)) == ["held \(Path.template) errcode 48001 over"])
    }

    @Test func `a park of a second is no news, though there is one each second`() {
        var (harness, lane) = start()
        for _ in 0..<3 {
            harness.send(lane, .refusal(status: 429))
            #expect(harness.machine.takeStops(at: harness.now).isEmpty)
            harness.advance(.seconds(2))
        }
    }

    @Test func `what an earlier process told is not told again, but its end is`() {
        var (harness, lane) = start()
        harness.send(lane, .errcode(48001))
        #expect(harness.machine.takeStops(at: harness.now).count == 1)
        var next = harness.next(after: .seconds(5), harness.writtenLedger())
        #expect(next.machine.takeStops(at: next.now).isEmpty)
        next.machine.setPaused(false, app: 0, at: next.now)
        #expect(Self.words(next.machine.takeStops(at: next.now)) == ["held \(Path.template) errcode 48001 over"])
    }

    @Test func `what is remembered is bounded`() {
        var book = StopBook()
        for number in 0..<(StopBook.limit + 100) {
            let fact = LedgerFact(
                app: "app-\(number)",
                subject: .app,
                content: .hold(.account, until: .noon, interval: .seconds(60)),
                cause: Cause("errcode 50002", since: .noon)
            )
            let news = book.tell(fact, as: fact.name, at: .noon)
            #expect((news != nil) == (number < StopBook.limit))
        }
        #expect(book.count == StopBook.limit)
    }
}
