import Foundation
import Testing

/// "Whose is it?": of those whom Weir doesn't know, and of whoever changes something.
@Suite struct LogStrangerTests {
    private static let agent = [(name: "User-Agent", value: "shop-cron/2.1 (team=orders)")]

    @Test func `whoever is refused as unknown is told by address, AppID and user agent`() async throws {
        let stage = try await Stage.start { settings in
            settings.sections = Stage.clients(["orders": ""])
            settings.server = ", admin_key: \"admin-key-0123456789abcdef\""
        }
        let (api, admin) = (stage.weir.api, stage.weir.admin)
        let agent = LogStrangerTests.agent
        let appID = SandboxProcess.appID
        let forged = agent + [(name: "X-Forwarded-For", value: "8.8.8.8"), (name: "Forwarded", value: "for=8.8.8.8")]
        let query = "grant_type=client_credential&appid=\(appID)&secret=wrong-secret-of-somebody"
        _ = try await api.call("GET", "/cgi-bin/token?\(query)", headers: agent)
        let body =
            "{\"grant_type\":\"client_credential\",\"appid\":\"\(appID)\",\"secret\":\"wrong-secret-of-somebody\"}"
        _ = try await api.call("POST", "/cgi-bin/stable_token", headers: agent, body: body)
        #expect(try await api.call("GET", "/v1/messages", headers: forged).status == 401)
        #expect(try await admin.call("GET", "/v1/state", headers: agent).status == 401)
        let lines = try await eventually("four lines") {
            // A look whether it is ready may have come too early.
            let lines = stage.weir.logged("request").filter { $0["peer"] != nil }
            return lines.count >= 4 ? lines : nil
        }
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0["peer"]?.string == "127.0.0.1" && $0["user_agent"]?.string == agent[0].value })
        #expect(lines.prefix(2).allSatisfy { $0["appid"]?.string == appID && $0["outcome"]?.string == "990006" })
        #expect(lines.suffix(2).allSatisfy { $0["status"]?.int == 401 && $0["outcome"]?.string == "unauthorized" })
        #expect(try await admin.call("POST", "/v1/apps/main/pause", headers: agent).status == 401)
        let act = try await stage.weir.line("an operator acts")
        #expect(act["who"]?.string == "stranger" && act["status"]?.int == 401)
        let text = stage.weir.process.lines.joined()
        for secret in ["wrong-secret", "8.8.8.8", "admin-key-0"] { #expect(!text.contains(secret)) }
        try stage.weir.expectDocumentedLog()
    }

    @Test func `a caller with a token of its own is told once a minute, and the token not at all`() async throws {
        let stage = try await Stage.start()
        let path = "\(FaultTests.template)?access_token=73_FOREIGN-token"
        for _ in 0..<5 {
            _ = try await stage.weir.api.call(
                "POST",
                path,
                headers: LogStrangerTests.agent,
                body: Message.templateBody(to: "o-1")
            )
        }
        let line = try await stage.weir.line("a call brings a token that is not Weir's")
        #expect(line["peer"]?.string == "127.0.0.1" && line["user_agent"]?.string == LogStrangerTests.agent[0].value)
        #expect(line["api"]?.string == FaultTests.template && line["trace_id"]?.string?.count == 32)
        #expect(stage.weir.logged("a call brings a token that is not Weir's").count == 1)
        #expect(!stage.weir.process.lines.joined().contains("FOREIGN"))
        try stage.weir.expectDocumentedLog()
    }

    @Test func `a breaker that is forced says who did it, and so does each change at the admin listener`() async throws
    {
        let key = "admin-key-0123456789abcdef"
        let stage = try await Stage.start { $0.server = ", admin_key: \"\(key)\"" }
        let weir = stage.weir
        let id = try await weir.accept(.template(to: "o-1"))
        try await weir.wait(id, for: "sent")
        let headers = [(name: "Authorization", value: "Bearer \(key)"), (name: "X-Weir-Reason", value: "drill")]
        let state = try await weir.admin.call("GET", "/v1/state", headers: headers)
        let name = try #require(state.json?["data"]?["breakers"]?.array.first?["name"]?.string)
        let path = "/v1/breakers/\(name)/open"
        #expect(try await weir.admin.call("POST", path, headers: headers).status == 200)
        let moved = try await weir.line("a breaker moves")
        #expect(moved["breaker"]?.string == name && moved["to"]?.string == "open" && moved["from"]?.string == "closed")
        #expect(moved["reason"]?.string == "forced" && moved["by"]?.string == "admin_key 127.0.0.1")
        for (path, action) in [("/v1/apps/main/pause", "pause"), ("/v1/apps/main/resume", "resume")] {
            #expect(try await weir.admin.call("POST", path, headers: headers).status == 200)
            let act = try await weir.line("an operator acts") { $0["action"]?.string == action }
            #expect(
                act["who"]?.string == "admin_key" && act["path"]?.string == path && act["reason"]?.string == "drill"
            )
        }
        #expect(weir.logged("an operator acts").map { $0["action"]?.string } == ["breaker_open", "pause", "resume"])
        #expect(!weir.process.lines.joined().contains(key))
        try weir.expectDocumentedLog()
    }

    @Test func `a client that cancels or redrives is told by its name, with what came of it`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        let headers = Stage.authorization(of: "orders")
        #expect(try await stage.weir.api.call("DELETE", "/v1/messages/none", headers: headers).status == 404)
        #expect(try await stage.weir.api.call("POST", "/v1/redrive?state=dead", headers: headers).status == 200)
        _ = try await stage.weir.line("a client acts") { $0["action"]?.string == "redrive" && $0["status"]?.int == 200 }
        let lines = stage.weir.logged("a client acts")
        #expect(lines.map { $0["action"]?.string } == ["cancel", "redrive"] && lines[0]["status"]?.int == 404)
        #expect(lines.allSatisfy { $0["who"]?.string == "orders" && $0["peer"]?.string == "127.0.0.1" })
        try stage.weir.expectDocumentedLog()
    }

    @Test func `a message that did not arrive names client, api and type, and one that was waited for how it ended`()
        async throws
    {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) + "log: {level: debug}" }
        let headers = Stage.authorization(of: "orders")
        try await stage.sandbox.fault("\"api\":\"\(FaultTests.custom)\",\"kind\":\"errcode\",\"errcode\":40003")
        let bad = try await stage.weir.send(.custom(to: "o-1"), headers: headers)
        let id = try #require(bad.json?["data"]?["id"]?.string)
        let failed = try await stage.weir.line("message failed")
        #expect(
            failed["client"]?.string == "orders" && failed["type"]?.string == "custom" && failed["id"]?.string == id
        )
        #expect(failed["api"]?.string == FaultTests.custom && failed["errcode"]?.int == 40003)
        #expect(failed["attempts"]?.int == 1 && failed["level"]?.string == "info")
        let good = try await stage.weir.send(.template(to: "o-2"), headers: headers + [("Prefer", "wait=20")])
        #expect(good.json?["message"]?.string == "sent")
        let request = try await stage.weir.line("request") { $0["trace_id"] == good.json?["trace_id"] }
        #expect(request["outcome"]?.string == "sent" && request["status"]?.int == 200)
        try stage.weir.expectDocumentedLog()
    }

    @Test func `a webhook that is refused has one message and its refusal beside it`() async throws {
        let stage = try await AlertsAPIStage.start()
        #expect(try await stage.post("no json").status == 400)
        let line = try await stage.weir.line("a webhook with alerts was refused")
        #expect(line["refusal"]?.string?.isEmpty == false && line["reason"]?.string == "malformed")
        try stage.weir.expectDocumentedLog()
    }

    @Test func `a flood of any one line leaves room for the others`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        for _ in 0..<400 { _ = try await stage.weir.api.get("/v1/messages") }
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause").status == 200)
        _ = try await stage.weir.line("an operator acts")
        #expect(stage.weir.logged("request").count < 400)
        try await eventually("what was left out is told") {
            _ = try await stage.weir.api.get("/v1/messages")
            return stage.weir.logged("request").contains { $0["left_out"]?.int ?? 0 > 0 }
        }
        try stage.weir.expectDocumentedLog()
    }
}
