import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import DispatchCore
@testable import Dispatching
@testable import Explaining
@testable import Weir

/// Reloads that add, remove and change apps.
@Suite struct AppReloadTests {
    private static func configuration(_ apps: [String: String]) -> GatewayConfiguration {
        var configuration = GatewayHarness.withClient
        configuration.apps = [:]
        for (name, appID) in apps {
            var app = AppConfiguration(appID: appID, secret: "APPSECRET-of-\(name)")
            app.defaultLimit = .wide
            configuration.apps[name] = app
        }
        return configuration
    }

    private static let both = configuration(["main": GatewayHarness.appID, "shop": "wx-shop"])
    private static let alone = configuration(["main": GatewayHarness.appID])

    private func text(_ end: RelayEnd) -> String {
        switch end {
        case .attempted(let last): "attempted \(last.reply?.status ?? 0)"
        case .refused(let obstacle, _): "refused \(obstacle.reason.rawValue)"
        case .hungUp: "hung up"
        case .overloaded: "overloaded"
        }
    }

    private func harness(_ configuration: GatewayConfiguration = both) throws -> GatewayHarness {
        try GatewayHarness(configuration)
    }

    /// Answers token requests until none is open, each with a token of its AppID.
    private func giveTokens(_ harness: GatewayHarness) {
        while let index = harness.transport.sent.firstIndex(where: { $0.isTokenRequest && !$0.isAnswered }) {
            let appID = SimulatedMessage.member("appid", of: harness.transport.sent[index].body) ?? ""
            harness.transport.complete(index, .success(.token("TOKEN-of-\(appID)")))
        }
    }

    @Test func `a new app has its token fetched and can be used at once`() async throws {
        let bench = RelayBench(try harness(AppReloadTests.alone))
        #expect(await bench.fetchToken(secret: GatewayHarness.key, appID: "wx-shop") == nil)
        bench.harness.gateway.reload(AppReloadTests.both)
        giveTokens(bench.harness)
        let token = try #require(await bench.fetchToken(secret: GatewayHarness.key, appID: "wx-shop"))
        let reply = await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok)
        #expect(reply.errcode == 0)
        #expect(bench.harness.calls.last?.request.target.hasSuffix("access_token=TOKEN-of-wx-shop") == true)
    }

    @Test func `the tokens of an app that left are worth nothing, and work again when it returns`() async throws {
        let bench = RelayBench(try harness())
        let token = try #require(await bench.fetchToken(secret: GatewayHarness.key, appID: "wx-shop"))
        #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0)
        bench.harness.gateway.reload(AppReloadTests.alone)
        #expect(await bench.send("\(Path.menu)?access_token=\(token)").errcode == 990_006)
        #expect(await bench.fetchToken(secret: GatewayHarness.key, appID: "wx-shop") == nil)
        bench.harness.gateway.reload(AppReloadTests.both)
        giveTokens(bench.harness)
        #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0)
    }

    @Test func `relayed calls that wait for an app that left are told, those in flight get their answer`() throws {
        var configuration = AppReloadTests.both
        configuration.apps["shop"]?.defaultLimit = .single
        configuration.apps["main"]?.defaultLimit = .single
        let harness = try harness(configuration)
        let (first, waiting, other) = (Outbox<RelayEnd>(), Outbox<RelayEnd>(), Outbox<RelayEnd>())
        harness.submit(harness.call(timeout: .seconds(120), app: 1, ends: first))
        harness.submit(harness.call(timeout: .seconds(120), app: 1, ends: waiting))
        for _ in 0..<2 { harness.submit(harness.call(timeout: .seconds(120), app: 0, ends: other)) }
        configuration.apps["shop"] = nil
        harness.gateway.reload(configuration)
        #expect(waiting.all.map(text) == ["refused no_app"])
        #expect(first.count == 0)
        #expect(other.count == 0)
        harness.transport.answer(.success(.ok))
        #expect(first.all.map(text) == ["attempted 200"])
        #expect(harness.dispatcher.snapshot().relayedWaiting == 1)
    }

    @Test func `a call that was let in before its app left does not go`() throws {
        let harness = try harness()
        let ends = Outbox<RelayEnd>()
        let call = harness.call(app: 1, ends: ends)
        harness.gateway.reload(AppReloadTests.alone)
        harness.submit(call)
        #expect(ends.all.map(text) == ["refused no_app"])
        let late = harness.call(app: 0, ends: ends)
        harness.gateway.reload(AppReloadTests.configuration(["main": "wx-other"]))
        harness.submit(late)
        #expect(ends.all.map(text) == ["refused no_app", "refused no_app"])
        #expect(harness.calls.isEmpty)
    }

    @Test func `messages wait for an app that left and go when it returns, and nothing is lost or doubled`() throws {
        var configuration = AppReloadTests.both
        configuration.apps["shop"]?.defaultLimit = .single
        let harness = try harness(configuration)
        let messages = (0..<3).map { _ in harness.message(app: 1) }
        messages.forEach { harness.accept($0) }
        harness.journal.commit()
        let main = harness.message(app: 0)
        #expect(harness.calls.count == 1)
        harness.gateway.reload(AppReloadTests.alone)
        harness.accept(main)
        harness.journal.commit()
        #expect(harness.calls.map(\.body).last?.contains("\(main.id)") == true)
        harness.advance(.seconds(60))
        #expect(harness.calls.count == 2)
        #expect(harness.dispatcher.waiting(messages[1].id)?.reason == .noApp)
        let absent = harness.gateway.snapshot().absentApps
        #expect(absent == [.init(name: "shop", since: Timestamp.noon, messages: 2)])
        #expect(harness.metricsText.contains("weir_messages_without_app 2"))
        // What was in flight ends as it would have.
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        #expect(harness.journal.record(messages[0].id)?.state == .sent)

        harness.gateway.reload(AppReloadTests.both)
        giveTokens(harness)
        harness.journal.commit()
        for _ in 0..<3 { harness.transport.answer(.success(.ok)) }
        harness.journal.commit()
        #expect(messages.map { harness.journal.record($0.id)?.state } == [.sent, .sent, .sent])
        #expect(harness.calls.count == 4)
        #expect(harness.gateway.snapshot().absentApps.isEmpty)
    }

    @Test func `a message that was checked before its app left is not taken`() throws {
        let harness = try harness()
        let message = harness.message(app: 1)
        harness.gateway.reload(AppReloadTests.alone)
        #expect(harness.accept(message).kinds == ["no app"])
        #expect(harness.journal.appends.isEmpty)
    }

    @Test func `what waits for an app that left can be cancelled and explained`() async throws {
        let bench = try MessageBench { $0.apps = AppReloadTests.both.apps }
        bench.harness.gateway.reload(bench.configuration { $0.apps["shop"]?.defaultLimit = .single })
        var ids: [JobID] = []
        for _ in 0..<2 { ids.append(try await bench.accept("\"app\":\"shop\"").record.id) }
        bench.harness.gateway.reload(bench.configuration { $0.apps["shop"] = nil })
        let explanation = try await bench.service.explain("\(ids[1])", caller: bench.orders)
        #expect(explanation.summary.contains("which is not configured any more"))
        let record = try await bench.service.cancel("\(ids[1])", caller: bench.orders)
        #expect(record.state == .cancelled)
        #expect(bench.harness.gateway.snapshot().absentApps.map(\.messages) == [0])
    }

    @Test func `another AppID gets a token of its own, and the answer for the old one counts for nothing`() throws {
        let harness = try GatewayHarness(AppReloadTests.alone, hasToken: false)
        harness.startKeepers()
        let message = harness.message()
        harness.accept(message)
        harness.gateway.reload(AppReloadTests.configuration(["main": "wx-new"]))
        harness.journal.commit()
        let requests = harness.transport.sent.filter(\.isTokenRequest)
        #expect(requests.map { SimulatedMessage.member("appid", of: $0.body) } == [GatewayHarness.appID, "wx-new"])
        harness.transport.answer(.success(.token("TOKEN-of-old")))
        #expect(harness.calls.isEmpty)
        harness.transport.answer(.success(.token("TOKEN-of-new")))
        harness.journal.commit()
        #expect(harness.calls.map(\.request.target) == ["\(Path.template)?access_token=TOKEN-of-new"])
    }

    @Test func `what is in flight when the AppID changes ends, and says nothing about the new account`() throws {
        let harness = try harness(AppReloadTests.alone)
        let ends = Outbox<RelayEnd>()
        let message = harness.message()
        harness.accept(message)
        harness.journal.commit()
        harness.submit(harness.call(timeout: .seconds(60), ends: ends))
        harness.gateway.reload(AppReloadTests.configuration(["main": "wx-new"]))
        harness.transport.answer(.success(.errcode(50002)))
        harness.transport.answer(.success(.errcode(40001)))
        harness.journal.commit()
        #expect(ends.count == 1)
        #expect(harness.gateway.snapshot().apps.first?.hold == nil)
        giveTokens(harness)
        harness.journal.commit()
        #expect(harness.calls.last?.request.target == "\(Path.template)?access_token=TOKEN-of-wx-new")
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        #expect(harness.journal.record(message.id)?.state == .sent)
        #expect(harness.calls.count == 3)
    }

    @Test func `the series of an app that left go, and those of one that returns begin anew`() throws {
        let harness = try harness()
        harness.accept(harness.message(app: 1))
        harness.journal.commit()
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        func lines(_ part: String) -> Int {
            harness.metricsText.split(separator: "\n").count { $0.contains(part) }
        }
        #expect(lines("app=\"shop\"") > 20)
        let labels = "app=\"shop\",type=\"template\",priority=\"normal\",state=\"sent\",source=\"client\""
        let sent = "weir_messages_ended_total{\(labels)}"
        #expect(lines("\(sent) 1") == 1)
        harness.gateway.reload(AppReloadTests.alone)
        harness.dispatcher.look()
        #expect(lines("app=\"shop\"") == 0)
        #expect(lines("breaker=\"shop~") == 0)
        #expect(lines("app=\"main\"") > 0)
        harness.gateway.reload(AppReloadTests.both)
        giveTokens(harness)
        #expect(lines(sent) == 0)
        harness.accept(harness.message(app: 1))
        harness.journal.commit()
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        #expect(lines("\(sent) 1") == 1)
    }

    @Test func `the series of an app that returns before they went go on`() throws {
        let harness = try harness()
        harness.accept(harness.message(app: 1))
        harness.journal.commit()
        harness.transport.answer(.success(.ok))
        harness.gateway.reload(AppReloadTests.alone)
        harness.dispatcher.look()
        harness.gateway.reload(AppReloadTests.both)
        giveTokens(harness)
        harness.accept(harness.message(app: 1))
        harness.journal.commit()
        _ = harness.metricsText
        harness.transport.answer(.success(.ok))
        harness.journal.commit()
        #expect(
            harness.metricsText.contains(
                "weir_upstream_requests_total{app=\"shop\",api=\"\(Path.template)\",outcome=\"accepted\"} 1"
            )
        )
    }

    @Test func `a paused app that left and returned is paused`() throws {
        let harness = try harness()
        #expect(harness.gateway.setPaused(true, app: "shop", because: "moving house"))
        harness.journal.commit()
        harness.gateway.reload(AppReloadTests.alone)
        harness.dispatcher.look()
        #expect(!harness.gateway.setPaused(false, app: "shop"))
        #expect(harness.gateway.snapshot().apps.allSatisfy { $0.name != "shop" })
        harness.gateway.reload(AppReloadTests.both)
        let shop = harness.gateway.snapshot().apps.first { $0.name == "shop" }
        #expect(shop?.pause?.reason == "moving house")
    }

    @Test func `a robot comes and goes by a reload`() throws {
        var configuration = AppReloadTests.alone
        let robot = RobotConfiguration(kind: .wecom, key: "KEY-of-robot")
        configuration.alerts.sinks["team"] = AlertSinkConfiguration(.robot(AlertRobotConfiguration(robot)))
        let harness = try harness(AppReloadTests.alone)
        #expect(!harness.dispatcher.hasApp("robot:team"))
        harness.gateway.reload(configuration)
        #expect(harness.dispatcher.hasApp("robot:team"))
        harness.gateway.reload(AppReloadTests.alone)
        #expect(!harness.dispatcher.hasApp("robot:team"))
    }
}
