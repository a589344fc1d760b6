import Foundation
import Testing

/// What goes wrong at WeChat, on the way there or on the disk is one line when it begins and one when it is over.
@Suite struct LogTroubleTests {
    /// Answers of calls, by errcode.
    private func call(_ weir: WeirProcess, _ token: String, times: Int = 1) async throws -> [Int] {
        var codes: [Int] = []
        for number in 0..<times {
            let body = Message.templateBody(to: "o-\(number)")
            let answer = try await weir.api.post("\(FaultTests.template)?access_token=\(token)", body)
            codes.append(answer.json?["errcode"]?.int ?? -1)
        }
        return codes
    }

    @Test func `a quota that is used up is told with app, api, errcode and until when, and what ends it`() async throws
    {
        let stage = try await Stage.start()
        let weir = stage.weir
        let fault = "\"api\":\"\(FaultTests.template)\",\"kind\":\"errcode\",\"errcode\":45009"
        try await stage.sandbox.fault(fault)
        let id = try await weir.accept(.template(to: "o-1"))
        let parked = try await weir.line("a lane is parked: WeChat's quota or rate is used up")
        #expect(parked["app"]?.string == "main" && parked["api"]?.string == FaultTests.template)
        #expect(parked["errcode"]?.int == 45009 && parked["reason"]?.string == "quota_exhausted")
        #expect(parked["until"]?.string?.hasSuffix("Z") == true && parked["level"]?.string == "warning")
        _ = try await call(weir, try await weir.token(), times: 5)
        try await stage.sandbox.endFaults()
        let resume = try await weir.admin.call(
            "POST",
            "/v1/apps/main/resume",
            headers: [("X-Weir-Reason", "quota\tcleared"), ("User-Agent", "curl/8")]
        )
        #expect(resume.status == 200)
        let over = try await weir.line("a lane is parked no more")
        #expect(over["errcode"]?.int == 45009 && over["seconds"]?.double != nil)
        let act = try await weir.line("an operator acts")
        #expect(act["action"]?.string == "resume" && act["path"]?.string == "/v1/apps/main/resume")
        #expect(act["who"]?.string == "loopback" && act["peer"]?.string == "127.0.0.1" && act["status"]?.int == 200)
        #expect(act["reason"]?.string == "quota\\u{9}cleared" && act["user_agent"]?.string == "curl/8")
        try await weir.wait(id, for: "sent")
        #expect(weir.logged("a lane is parked: WeChat's quota or rate is used up").count == 1)
        try weir.expectDocumentedLog()
    }

    @Test func `a secret that was reset is an error with WeChat's words, once, and its mending a line`() async throws {
        let stage = try await ScriptedStage.start()
        let weir = stage.weir
        let token = try await weir.token()
        let says = "{\"errcode\":40125,\"errmsg\":\"invalid appsecret rid: 62bac4fd-3b536b18-3819fb88\"}"
        stage.upstream.on(ScriptedUpstream.stableToken) { _ in .json(says) }
        stage.upstream.on(ScriptedStage.template) { _ in .json("{\"errcode\":40001,\"errmsg\":\"invalid credential\"}")
        }
        _ = try await call(weir, token, times: 3)
        let trouble = try await weir.line("access_token could not be fetched")
        #expect(trouble["level"]?.string == "error" && trouble["errcode"]?.int == 40125)
        #expect(trouble["errmsg"]?.string?.contains("invalid appsecret") == true && trouble["app"]?.string == "main")
        #expect(trouble["rid"]?.string == "62bac4fd-3b536b18-3819fb88")
        let rejected = try await weir.line("WeChat rejects an access_token")
        #expect(rejected["errcode"]?.int == 40001 && rejected["api"]?.string == FaultTests.template)
        stage.upstream.on(ScriptedUpstream.stableToken) { _ in ScriptedUpstream.token("REAL-token-of-the-new-secret") }
        stage.upstream.on(ScriptedStage.template) { _ in .json("{\"errcode\":0,\"msgid\":1}") }
        var settings = stage.settings
        settings.secret = "fedcba9876543210fedcba9876543210"
        try settings.write()
        #expect(try await weir.admin.post("/v1/reload").status == 200)
        let again = try await weir.line("access_token is fetched again")
        #expect(again["failures"]?.int ?? 0 >= 1 && again["app"]?.string == "main")
        let superseded = try await weir.line("an access_token was replaced before its end")
        #expect(superseded["by"]?.string == "new_secret")
        #expect(weir.logged("access_token could not be fetched").count == 1)
        try weir.expectDocumentedLog()
        let text = weir.process.lines.joined()
        #expect(!text.contains("REAL-token") && !text.contains(settings.secret))
    }

    @Test func `somebody who refreshes the token by force is told as a rival`() async throws {
        let stage = try await Stage.start()
        let token = try await stage.weir.token()
        #expect(try await call(stage.weir, token) == [0])
        try await stage.sandbox.rival()
        #expect(try await call(stage.weir, token) == [0])
        let line = try await stage.weir.line("an access_token was replaced before its end")
        #expect(line["by"]?.string == "rival" && line["app"]?.string == "main" && line["level"]?.string == "warning")
        _ = try await stage.weir.line("WeChat rejects an access_token")
        try stage.weir.expectDocumentedLog()
    }

    @Test
    func `a host that can't be reached is one line however many calls fail, and one with their number when it is back`()
        async throws
    {
        let upstream = try ScriptedUpstream()
        var settings = WeirSettings(folder: try TemporaryFolder(), upstream: upstream.port)
        settings.sections = "upstream: {timeout: 1s}\nretry: {available: {attempts: 1, ladder: [1s], max_age: 2h}}"
        let weir = try await WeirProcess.start(settings)
        let token = try await weir.token()
        #expect(try await call(weir, token) == [0])
        // Closed again at once: nobody listens there.
        let port = try { try ListeningSocket().port }()
        settings.upstream = port
        try settings.write()
        #expect(try await weir.admin.post("/v1/reload").status == 200)
        let codes = try await call(weir, token, times: 8)
        #expect(codes.contains(990009), "\(codes)")
        let trouble = try await weir.line("the upstream can't be reached")
        #expect(trouble["app"]?.string == "main" && trouble["host"]?.string == "http://127.0.0.1:\(port)")
        #expect(trouble["reason"]?.string == "connect" && trouble["error"]?.string?.isEmpty == false)
        let answering = ScriptedUpstream(try ListeningSocket(port: port))
        try await eventually("it is back") {
            _ = try await call(weir, token)
            return weir.logged("the upstream is reached again").count == 1
        }
        let over = try await weir.line("the upstream is reached again")
        #expect(over["host"] == trouble["host"] && over["failures"]?.int ?? 0 >= 1)
        #expect(over["seconds"]?.double ?? 0 > 0)
        #expect(weir.logged("the upstream can't be reached").count == 1)
        #expect(answering.count() > 0)
        try weir.expectDocumentedLog()
    }

    @Test(.enabled(if: Mount.isAllowed, "needs a small file system of its own, and mounting is not allowed here"))
    func `a full disk is told once when the journal breaks and once when it mends`() async throws {
        let mount = try #require(Mount(options: "size=6m"))
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.storage = mount.path + "/data"
        let weir = try await WeirProcess.start(settings)
        let filler = mount.path + "/filler"
        try await mount.fill(filler)
        try await eventually("messages are refused") {
            try await weir.send(.template(to: "o-\(UUID().uuidString)")).status == 503
        }
        let broken = try await weir.line("the journal can't be written: messages are refused until it can")
        #expect(broken["level"]?.string == "error" && broken["reason"]?.string == "full")
        #expect(broken["error"]?.string?.isEmpty == false)
        try FileManager.default.removeItem(atPath: filler)
        let mended = try await weir.line("the journal can be written again")
        #expect(mended["seconds"]?.double ?? 0 > 0 && mended["failures"]?.int ?? 0 >= 1)
        #expect(weir.logged("the journal can't be written: messages are refused until it can").count == 1)
        #expect(weir.logged("the journal can be written again").count == 1)
        try weir.expectDocumentedLog()
    }
}
