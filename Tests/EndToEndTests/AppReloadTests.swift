import Foundation
import Testing

/// Apps that come and go by a reload, while others work.
@Suite(.serialized) struct AppReloadTests {
    private static let guestID = "wx00000000000000aa"
    private static let otherID = "wx00000000000000bb"

    /// Slow enough that messages wait when it leaves.
    private static func guest(_ upstream: Int, appID: String = guestID) -> String {
        """
          guest:
            appid: \(appID)
            secret: "\(SandboxProcess.secret)"
            hosts: ["http://127.0.0.1:\(upstream)"]
            limits: {default: {rate: 150/s, burst: 10}}
        """
    }

    private func start() async throws -> Stage {
        try await Stage.start(appIDs: [AppReloadTests.guestID, AppReloadTests.otherID]) {
            $0.apps = AppReloadTests.guest($0.upstream)
        }
    }

    private func reload(_ stage: Stage, on weir: WeirProcess, apps: String) async throws {
        var settings = stage.settings
        settings.apps = apps
        try settings.write()
        let answer = try await weir.admin.post("/v1/reload")
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func absent(_ weir: WeirProcess) async throws -> JSONAny? {
        try await weir.admin.get("/v1/state").data?["absent_apps"]?.array.first
    }

    /// Whether anything of the scrape is the guest's.
    private func hasSeries(_ weir: WeirProcess) async throws -> Bool {
        try await weir.admin.get("/metrics").text.contains("app=\"guest\"")
    }

    /// A relayed read.
    private func call(_ weir: WeirProcess, token: String) async throws -> Answer {
        try await weir.api.get("/cgi-bin/getcallbackip?access_token=\(token)")
    }

    @Test func `an app leaves and returns under load: the others notice nothing, and nothing is lost or doubled`()
        async throws
    {
        let stage = try await start()
        let weir = stage.weir
        let token = try await weir.token()
        let port = weir.api.port
        let main = Traffic(
            to: port,
            type: "template",
            prefix: "o-main",
            connections: 3,
            members: ",\"app\":\"main\"",
            limit: 2000
        )
        let guest = Traffic(
            to: port,
            type: "template",
            prefix: "o-guest",
            connections: 2,
            members: ",\"app\":\"guest\"",
            limit: 1500
        )
        async let calls = Load.run(800, width: 4, pace: .milliseconds(8), to: port) { number in
            let body = Array(Message.templateBody(to: "o-relayed-\(number)").utf8)
            return Load.Call(target: "\(FaultTests.template)?access_token=\(token)", body: body)
        }
        // One that waits whatever the load does, so that there is always something to be told of.
        let later = try await weir.accept(
            .template(to: "o-later", members: #","app":"guest","not_before":"2099-01-01T00:00:00Z""#)
        )
        for round in 1...4 {
            try await guest.accepted(round * 200)
            let old = try await weir.token(appID: AppReloadTests.guestID)
            try await reload(stage, on: weir, apps: "")
            let told = try #require(try await absent(weir))
            #expect(told["name"]?.string == "guest")
            #expect(try await call(weir, token: old).errcode == 990_006)
            #expect(try await weir.metrics().sum("weir_messages_without_app") > 0)
            try await reload(stage, on: weir, apps: AppReloadTests.guest(stage.settings.upstream))
            #expect(try await call(weir, token: old).text.contains("ip_list"))
        }
        let results = try await calls
        #expect(results.count == 800)
        #expect(Load.codes(results) == [0: 800])
        try await main.accepted(2000)
        try await guest.accepted(1500)
        try await main.stop()
        try await guest.stop()
        #expect(main.tally.refused.isEmpty)
        #expect(Set(guest.tally.refused.keys).isSubset(of: [422]))
        #expect(try await weir.api.call("DELETE", "/v1/messages/\(later)").status == 200)
        try await eventually("nothing waits any more") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        let accepted = main.tally.accepted.merging(guest.tally.accepted) { $1 }
        let shown = try await stage.sandbox.shown()
        #expect(shown.count { $0.value != 1 } == 0)
        #expect(Set(accepted.keys).subtracting(shown.keys).isEmpty)
        #expect(shown.count == accepted.count + 800)
        for id in accepted.values.shuffled().prefix(100) {
            #expect(try await weir.status(id)?["state"]?.string == "sent")
        }

        // Nothing of it is left: its series go, and come back with it.
        try await reload(stage, on: weir, apps: "")
        try await eventually("the guest's series are gone") { try await !hasSeries(weir) }
        #expect(try await absent(weir) == nil)
        try await reload(stage, on: weir, apps: AppReloadTests.guest(stage.settings.upstream))
        #expect(try await hasSeries(weir))
    }

    @Test func `what waits for an app that left outlives a kill, can be cancelled, and goes when the app returns`()
        async throws
    {
        let stage = try await start()
        var weir = stage.weir
        let paused = try await weir.admin.post("/v1/apps/guest/pause")
        #expect(paused.status == 200)
        var ids: [String] = []
        for number in 0..<4 {
            ids.append(try await weir.accept(.template(to: "o-g-\(number)", members: ",\"app\":\"guest\"")))
        }
        try await reload(stage, on: weir, apps: "")
        #expect(try await weir.status(ids[0])?["reason"]?.string == "no_app")
        try await weir.crash()
        var settings = stage.settings
        settings.apps = ""
        weir = try await WeirProcess.start(settings)
        let told = try #require(try await absent(weir))
        #expect(told["name"]?.string == "guest" && told["messages"]?.int == 4)
        #expect(try await weir.metrics().sum("weir_messages_without_app") == 4)
        let explanation = try await weir.api.get("/v1/messages/\(ids[1])/explain")
        #expect(explanation.text.contains("not configured any more"))
        let cancel = try await CommandRun.weir(["cancel", "--url", "http://127.0.0.1:\(weir.api.port)", ids[3]])
        #expect(cancel.status == 0, "\(cancel.errors)")
        #expect(try await weir.status(ids[3])?["state"]?.string == "cancelled")

        try await reload(stage, on: weir, apps: AppReloadTests.guest(stage.settings.upstream))
        #expect(try await absent(weir) == nil)
        // It was paused when it left.
        #expect(try await weir.status(ids[0])?["reason"]?.string == "paused")
        _ = try await weir.admin.post("/v1/apps/guest/resume")
        for id in ids.prefix(3) { try await weir.wait(id, for: "sent") }
        let shown = try await stage.sandbox.shown()
        #expect(shown == ["o-g-0": 1, "o-g-1": 1, "o-g-2": 1])
    }

    @Test func `another AppID is another account, whose token alone is used`() async throws {
        let stage = try await start()
        let weir = stage.weir
        let old = try await weir.token(appID: AppReloadTests.guestID)
        #expect(try await call(weir, token: old).text.contains("ip_list"))
        let other = AppReloadTests.otherID
        try await reload(stage, on: weir, apps: AppReloadTests.guest(stage.settings.upstream, appID: other))
        #expect(try await call(weir, token: old).errcode == 990_006)
        let id = try await weir.accept(.template(to: "o-g-1", members: ",\"app\":\"guest\""))
        try await weir.wait(id, for: "sent")
        let requests = try await stage.sandbox.requests(FaultTests.template)
        #expect(requests.map { $0["appid"]?.string } == [other])
        #expect(requests.allSatisfy { $0["token_valid"]?.bool ?? true })
    }
}
