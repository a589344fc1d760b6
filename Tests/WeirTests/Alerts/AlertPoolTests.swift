import Queueing
import Resilience
import Testing
import WeChat
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// Several robots for one group, and several messages for one notification.
struct AlertPoolTests {
    private static func pool(_ count: Int, rate: RateLimit = .perMinute(2)) -> AlertSinkConfiguration {
        var group = AlertRobotConfiguration(RobotConfiguration(kind: .wecom, key: "key1"))
        group.robot.rate = rate
        group.others = (1..<count).map { RobotConfiguration.Credentials(key: "key\($0 + 1)") }
        return AlertSinkConfiguration(.robot(group), rate: rate)
    }

    private static func bench(_ sink: AlertSinkConfiguration, _ change: (inout GatewayConfiguration) -> Void = { _ in })
        throws -> AlertBench
    {
        try AlertBench(AlertFixtures.configuration(team: sink), change)
    }

    private func many(_ count: Int) -> [UInt8] {
        AlertFixtures.webhook(
            (0..<count).map {
                AlertFixtures.item("Down", severity: "warning", labels: ["pod": "pod-\($0)"], fingerprint: "\($0)")
            }
        )
    }

    private func slow(_ name: String) -> [UInt8] { AlertBench.webhook(name, severity: "warning") }

    @Test func `robots are used in turn, and their rates add up`() async throws {
        let bench = try Self.bench(Self.pool(3))
        for number in 0..<6 { #expect(try await bench.post(slow("A\(number)")).sinks == ["team": .accepted]) }
        #expect(try await bench.post(slow("B")).sinks == ["team": .summarised])
        #expect(
            bench.messages.prefix(6).map(\.app)
                == ["robot:team", "robot:team:2", "robot:team:3", "robot:team", "robot:team:2", "robot:team:3"]
        )
        await bench.harness.transport.waitForRequests(1 + 3)
        let targets = bench.harness.calls.map(\.request.target)
        #expect(Set(targets).isSubset(of: (1...3).map { "/cgi-bin/webhook/send?key=key\($0)" }))
    }

    @Test func `what one robot was told the others know`() async throws {
        let bench = try Self.bench(Self.pool(3, rate: .perMinute(20)))
        for _ in 0..<4 { try await bench.post(slow("A")) }
        #expect(bench.messages.count == 1)
        try await bench.post(slow("B"))
        #expect(try await bench.post(slow("A")).sinks == ["team": .duplicate])
        #expect(bench.messages.map(\.app) == ["robot:team", "robot:team:2"])
    }

    @Test func `a robot that is held keeps nothing back`() async throws {
        let bench = try Self.bench(Self.pool(2, rate: .perMinute(100)))
        _ = bench.harness.dispatcher.setPaused(true, app: "robot:team", because: "test")
        for number in 0..<5 { try await bench.post(slow("A\(number)")) }
        #expect(bench.messages.count { $0.app == "robot:team" } <= 3)
        #expect(bench.messages.allSatisfy { $0.state != .cancelled })
    }

    @Test func `each robot is an app of its own, which a reload may take away`() async throws {
        let bench = try Self.bench(Self.pool(2))
        for name in ["A", "B"] { try await bench.post(slow(name)) }
        #expect(bench.harness.dispatcher.hasApp("robot:team") && bench.harness.dispatcher.hasApp("robot:team:2"))
        #expect(!bench.harness.dispatcher.hasApp("robot:team:3"))
    }

    // MARK: Several messages

    @Test func `a long group is several messages, once`() async throws {
        let bench = try Self.bench(Self.pool(2, rate: .perMinute(20)))
        for _ in 0..<2 { try await bench.post(many(50)) }
        bench.settle()
        let texts = try bench.messages.map { try JSONObjectView($0.body).value(at: ["text", "content"])?.string ?? "" }
        #expect(
            texts.map { $0.prefix(22) } == [
                "[firing] Down (50) (1/", "[firing] Down (50) (2/", "[firing] Down (50) (3/",
            ]
        )
        #expect(texts.flatMap { $0.split(separator: "\n") }.count { $0.hasPrefix("✗ pod=pod-") } == 50)
        // In their order, by one robot.
        #expect(Set(bench.messages.map(\.app)).count == 1)
    }

    @Test func `of a group that was stored in part the repeat brings the rest`() async throws {
        let bench = try Self.bench(Self.pool(1, rate: .perMinute(20))) { $0.queue.capacity = 2 }
        _ = bench.harness.dispatcher.setPaused(true, app: "robot:team", because: "test")
        #expect(await bench.refusal(many(50))?.reason == .queueFull)
        let stored = bench.messages.count
        #expect(stored > 0 && stored < 3)
        for message in bench.messages { bench.harness.dispatcher.cancel(message.id) { _ in } }
        bench.settle()
        #expect(await bench.refusal(many(50))?.reason == nil)
        let texts = try bench.messages.map { try JSONObjectView($0.body).value(at: ["text", "content"])?.string ?? "" }
        #expect(texts.count == 3 && Set(texts).count == 3)
        #expect(try await bench.post(many(50)).sinks == ["team": .duplicate])
    }

    @Test func `customer-service texts are one message unless the sink says more`() {
        let alerts = (0..<50).map { AlertFixtures.item("Down", labels: ["pod": "pod-\($0)"]) }
        var message = AlertMessageConfiguration(app: "main", kind: .custom, recipients: ["o1"])
        let one = AlertBodies(
            .notification(AlertFixtures.notification(alerts)),
            for: AlertSinkConfiguration(.wechat(message))
        )
        #expect(one.count == 1)
        message.parts = 2
        let two = AlertBodies(
            .notification(AlertFixtures.notification(alerts)),
            for: AlertSinkConfiguration(.wechat(message))
        )
        #expect(two.count == 2)
    }
}
