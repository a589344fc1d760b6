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

struct AlertServiceTests {
    @Test func `a notification is on disk as an urgent message of its caller when it is answered`() async throws {
        let bench = try AlertBench()
        let report = try await bench.post()
        #expect(report.sinks == ["oncall": .accepted])
        let message = try #require(bench.messages.first)
        #expect(bench.messages.count == 1)
        #expect(message.app == "main" && message.type == .template && message.client == "orders")
        #expect(message.priority == .urgent && message.retryClass == "async" && message.recipient == "o1")
        #expect(message.notAfter == message.createdAt + .seconds(86_400) && message.notBefore == nil)
        #expect(message.traceparent.hasPrefix("00-1111"))
        #expect(ClientMessageID.find(in: message.body) == message.id.description)
        #expect(
            String(decoding: message.metadata, as: UTF8.self)
                == #"{"alert":{"sink":"oncall","status":"firing","alertname":"WeirDown"}}"#
        )
    }

    @Test func `a mixed group reaches each sink with its own alerts`() async throws {
        let bench = try AlertBench()
        let mixed = [AlertFixtures.item(), AlertFixtures.item("Slow", severity: "warning", firing: false)]
        let report = try await bench.post(AlertFixtures.webhook(mixed))
        #expect(report.sinks == ["oncall": .accepted, "team": .accepted])
        let robot = try #require(bench.messages.first { $0.type == .wecom })
        #expect(robot.app == "robot:team" && robot.recipient.isEmpty)
        #expect(String(decoding: robot.body, as: UTF8.self).contains("[resolved] Slow"))
    }

    @Test func `a robot's message goes to its own address, signed by no token`() async throws {
        let bench = try AlertBench()
        try await bench.post(AlertBench.webhook("Slow", severity: "warning"))
        // The first request was for the token.
        await bench.harness.transport.waitForRequests(2)
        let request = try #require(bench.harness.calls.first?.request)
        #expect(request.origin == "https://qyapi.weixin.qq.com")
        #expect(request.target == "/cgi-bin/webhook/send?key=thekey-of-wecom")
        bench.harness.transport.answer(#"{"errcode":0,"errmsg":"ok"}"#)
        bench.settle()
        #expect(bench.messages.map(\.state) == [.sent])
    }

    @Test func `a robot that is called too fast rests, and no attempt is used up`() async throws {
        let bench = try AlertBench(AlertFixtures.configuration(team: AlertFixtures.robot(.dingtalk)))
        try await bench.post(AlertBench.webhook("Slow", severity: "warning"))
        await bench.harness.transport.waitForRequests(2)
        bench.harness.transport.answer(#"{"errcode":130101,"errmsg":"send too fast"}"#)
        bench.settle()
        try await bench.post(AlertBench.webhook("Slower", severity: "warning"))
        bench.settle()
        #expect(bench.messages.map(\.state) == [.pending, .pending])
        #expect(bench.messages[0].countedAttempts == 0)
        bench.harness.advance(.seconds(599))
        #expect(bench.harness.transport.count == 2)
        bench.harness.advance(.seconds(2))
        bench.settle()
        #expect(bench.harness.transport.count == 4)
    }

    @Test func `a robot's message outlives a restart, and its robot's removal`() async throws {
        let first = try AlertBench()
        try await first.post(AlertBench.webhook("Slow", severity: "warning"))
        await first.harness.transport.waitForRequests(2)
        first.harness.transport.answer(#"{"errcode":45009,"errmsg":"api freq out of limit"}"#)
        first.settle()
        var alerts = AlertFixtures.configuration()
        alerts.sinks["team"] = AlertFixtures.people()
        let without = try AlertBench(alerts, journal: first.harness.journal)
        #expect(without.messages.map(\.state) == [.pending] && without.harness.calls.isEmpty)
        // The robot rests until the next minute, by the journal.
        let second = try AlertBench(journal: first.harness.journal, at: Timestamp.noon + .seconds(61))
        await second.harness.transport.waitForRequests(2)
        #expect(second.harness.calls[0].request.target == "/cgi-bin/webhook/send?key=thekey-of-wecom")
    }

    @Test func `a robot that was asked when Weir died is not asked again`() async throws {
        let first = try AlertBench()
        try await first.post(AlertBench.webhook("Slow", severity: "warning"))
        await first.harness.transport.waitForRequests(2)
        let second = try AlertBench(journal: first.harness.journal)
        second.settle()
        #expect(second.messages.map(\.state) == [.unknown] && second.harness.calls.isEmpty)
    }

    // MARK: Repeats

    @Test func `the same within five minutes is not sent again, and later it is`() async throws {
        let bench = try AlertBench()
        try await bench.post()
        for _ in 0..<2 { #expect(try await bench.post().sinks == ["oncall": .duplicate]) }
        bench.harness.time.advance(by: .seconds(299))
        #expect(try await bench.post().sinks == ["oncall": .duplicate])
        bench.harness.time.advance(by: .seconds(1))
        #expect(try await bench.post().sinks == ["oncall": .accepted])
        #expect(bench.messages.count == 2)
        let text = bench.harness.metricsText
        #expect(text.contains(#"weir_alert_notifications_total{sink="oncall",result="duplicate"} 3"#))
        #expect(text.contains(#"weir_alert_notifications_total{sink="oncall",result="accepted"} 2"#))
        #expect(text.contains(#"weir_alert_notifications_total{sink="team",result="failed"} 0"#))
    }

    @Test(arguments: [0, 1, 150, 299]) func `no edge of a window lets a repeat through`(_ offset: Int64) async throws {
        let start = Timestamp(milliseconds: 1_700_000_100_000 / 300_000 * 300_000) + .seconds(offset)
        let bench = try AlertBench(at: start)
        try await bench.post()
        bench.harness.time.advance(by: .milliseconds(299_999))
        #expect(try await bench.post().sinks == ["oncall": .duplicate])
    }

    @Test func `a change is news`() async throws {
        let bench = try AlertBench(AlertFixtures.configuration(AlertFixtures.people(rate: .perMinute(10))))
        try await bench.post(AlertBench.webhook("Down"))
        #expect(try await bench.post(AlertBench.webhook("Down", firing: false)).sinks == ["oncall": .accepted])
    }

    @Test func `a restarted Weir knows what it took`() async throws {
        let first = try AlertBench()
        try await first.post()
        first.settle()
        let later = first.harness.time.timestamp() + .seconds(60)
        let second = try AlertBench(journal: first.harness.journal, at: later)
        #expect(try await second.post().sinks == ["oncall": .duplicate])
        #expect(second.messages.count == 1)
    }

    @Test func `two Alertmanagers at once are one message`() async throws {
        var alerts = AlertFixtures.configuration()
        alerts.clients = ["orders", "second"]
        let bench = try AlertBench(alerts)
        let results = await withTaskGroup(of: AlertReport.Result?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try? await bench.post(as: Caller(name: number % 2 == 0 ? "orders" : "second")).sinks["oncall"]
                }
            }
            return await group.reduce(into: [AlertReport.Result?]()) { $0.append($1) }
        }
        #expect(results.count { $0 == .accepted } == 1 && results.count { $0 == .duplicate } == 19)
        #expect(bench.messages.count == 1)
    }

    @Test func `a repeat while the first one is being written waits for it`() async throws {
        let bench = try AlertBench()
        bench.harness.journal.setManual(true)
        let appended = bench.harness.journal.appends.count
        async let first = bench.post()
        await bench.harness.journal.waitForAppends(appended + 1)
        async let second = bench.post()
        bench.harness.journal.setManual(false)
        bench.harness.journal.commit()
        let (one, two) = try await (first, second)
        #expect(one.sinks == ["oncall": .accepted] && two.sinks == ["oncall": .duplicate])
        #expect(bench.messages.count == 1)
    }

    // MARK: Floods

    @Test func `a flood becomes one summary that goes when the bucket allows`() async throws {
        let bench = try AlertBench()
        for name in ["A", "B"] { #expect(try await bench.post(AlertBench.webhook(name)).count(.accepted) == 1) }
        for number in 0..<20 {
            let key = "C\(number % 12)"
            let alert = AlertFixtures.item("N\(number % 3)", firing: number % 4 != 0, fingerprint: key)
            let webhook = AlertFixtures.webhook([alert], group: key)
            let result = try await bench.post(webhook).sinks["oncall"]
            #expect(result == (number < 12 ? .summarised : .duplicate), "\(number)")
        }
        bench.settle()
        let standing = bench.standing
        #expect(bench.messages.count == 14 && standing.count == 3)
        let summary = try #require(standing.last)
        #expect(summary.notBefore == Timestamp.noon + .seconds(30) && summary.state == .pending)
        let remark = try JSONObjectView(summary.body).value(at: ["data", "remark", "value"])?.string
        #expect(remark == "12 further notifications: 9 firing, 3 resolved; N0 ×4, N1 ×4, N2 ×4")
    }

    @Test func `in an outage a flood is still one summary`() async throws {
        let bench = try AlertBench()
        _ = bench.harness.gateway.setPaused(true, app: "main")
        for number in 0..<40 {
            try await bench.post(AlertBench.webhook("A\(number)"))
            bench.harness.advance(.seconds(10))
        }
        bench.settle()
        let standing = bench.standing
        #expect(standing.count == 3 && bench.messages.count == 40)
        let remark = try JSONObjectView(standing.last?.body ?? []).value(at: ["data", "remark", "value"])?.string
        #expect(remark?.hasPrefix("38 further notifications: 38 firing") == true, "\(remark ?? "")")
    }

    @Test func `a kill loses no summary, and what was folded stays known`() async throws {
        let first = try AlertBench()
        for name in ["A", "B", "C", "D"] { try await first.post(AlertBench.webhook(name)) }
        first.settle()
        let second = try AlertBench(
            journal: first.harness.journal,
            at: first.harness.time.timestamp() + .seconds(10)
        )
        for name in ["A", "B", "C", "D"] {
            #expect(try await second.post(AlertBench.webhook(name)).count(.duplicate) == 1, "\(name)")
        }
        #expect(second.standing.count == 3)
        #expect(second.standing.last?.state == .pending)
    }

    @Test func `each recipient has a message and a summary`() async throws {
        let bench = try AlertBench(
            AlertFixtures.configuration(AlertFixtures.people(["o1", "o2"], rate: .perMinute(1)))
        )
        for name in ["A", "B", "C"] { try await bench.post(AlertBench.webhook(name)) }
        bench.settle()
        #expect(bench.standing.map(\.recipient).sorted() == ["o1", "o1", "o2", "o2"])
    }

    // MARK: What can't be taken

    @Test func `what can't be written is refused whole, and its repeat comes through`() async throws {
        let bench = try AlertBench()
        bench.harness.journal.fail(with: .full("no room"))
        let refused = await bench.refusal(AlertFixtures.webhook())
        #expect(refused?.reason == .journal && refused?.retryAfter != nil)
        bench.harness.journal.fail(with: nil)
        bench.harness.dispatcher.setJournalWritable(true)
        #expect(try await bench.post().sinks == ["oncall": .accepted])
        #expect(bench.harness.metricsText.contains(#"weir_alert_notifications_total{sink="oncall",result="failed"} 1"#))
    }

    @Test func `after half a success the repeat brings the other half only`() async throws {
        let bench = try AlertBench(AlertFixtures.configuration(AlertFixtures.people(["o1", "o2"]))) {
            $0.queue.capacity = 1
        }
        _ = bench.harness.gateway.setPaused(true, app: "main")
        #expect(await bench.refusal(AlertFixtures.webhook())?.reason == .queueFull)
        #expect(bench.messages.map(\.recipient) == ["o1"])
        bench.harness.dispatcher.cancel(bench.messages[0].id) { _ in }
        bench.settle()
        #expect(try await bench.post().sinks == ["oncall": .accepted])
        #expect(bench.messages.map(\.recipient) == ["o1", "o2"])
    }

    @Test func `five thousand alerts in one group are one message`() async throws {
        let bench = try AlertBench()
        let many = (0..<5000).map { AlertFixtures.item("A\($0)", labels: ["instance": "host\($0):9100"]) }
        #expect(try await bench.post(AlertFixtures.webhook(many)).sinks == ["oncall": .accepted])
        #expect(bench.messages.count == 1 && (bench.messages.first?.body.count ?? 0) < 2000)
    }

    @Test func `a message that does not arrive is counted and told`() async throws {
        let bench = try AlertBench()
        try await bench.post()
        await bench.harness.transport.waitForRequests(2)
        bench.harness.transport.answer(#"{"errcode":43004,"errmsg":"require subscribe"}"#)
        await eventually { bench.harness.log.text.contains("did not arrive") }
        #expect(bench.harness.log.text.contains("state=failed"))
        #expect(bench.harness.metricsText.contains(#"weir_alert_deliveries_total{sink="oncall",state="failed"} 1"#))
        #expect(!bench.harness.log.text.contains("o1 "))
    }

    private func eventually(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }
}
