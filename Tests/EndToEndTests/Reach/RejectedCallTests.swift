import Foundation
import Testing

/// WeChat's answer to one call is about that call.
@Suite struct RejectedCallTests {
    /// The configuration of a client that does its work, and of one whose calls are rejected.
    static let sections = Stage.clients(["good": "", "bad": ""])
    static let menu = "/cgi-bin/menu/create"

    @Test(arguments: [40001, 40014, 42001, 40013, 41002])
    func `a call whose own content draws a code about the token or the app stops no other client`(code: Int)
        async throws
    {
        let stage = try await ScriptedStage.start {
            $0.sections = RejectedCallTests.sections
        } script: { upstream in
            upstream.on(RejectedCallTests.menu) { $0.text.contains("draw") ? .errcode(code) : .ok() }
        }
        let good = try await stage.weir.token(secret: Stage.key(of: "good"))
        let bad = try await stage.weir.token(secret: Stage.key(of: "bad"))
        var answers: [Int: Int] = [:]
        for number in 1...10 {
            let menu = "{\"button\":[{\"type\":\"view\",\"url\":\"https://a/?access_token=draw\(number)\"}]}"
            let rejected = try await stage.call("POST", RejectedCallTests.menu, token: bad, body: menu)
            // These three are never shown to a client of Weir's token.
            #expect(![0, 40001, 40014, 42001].contains(rejected.errcode), "\(rejected.text)")
            answers[try await stage.send(to: "o-\(number)", token: good).errcode ?? -1, default: 0] += 1
        }
        #expect(answers == [0: 10])
        let id = try await stage.weir.send(.template(to: "o-message"), headers: Stage.authorization(of: "good"))
        #expect(id.status == 202)
        try await eventually("the message is sent") {
            stage.upstream.requests(ScriptedStage.template).contains { $0.member("touser") == "o-message" }
        }
        #expect(try await stage.call("POST", RejectedCallTests.menu, token: good, body: "{\"button\":[]}").errcode == 0)
    }

    /// `WEIR` stands for the virtual token.
    static let doubled = [
        "access_token=WEIR&access_token=WEIR", "access_token=&access_token=WEIR",
        "access_token=ACCESS_TOKEN&access_token=WEIR",
        "access_token=WEIR&x=1&access_token=", "access%5Ftoken=WEIR&access_token=WEIR",
        "access_token=WEIR&access_token=72_real",
    ]

    @Test(arguments: doubled)
    func `no token of Weir's goes to WeChat, however often access_token is said`(query: String) async throws {
        let stage = try await ScriptedStage.start {
            $0.sections = RejectedCallTests.sections
        } script: { upstream in
            upstream.on(ScriptedStage.read) { request in
                let count = request.target.components(separatedBy: "access").count - 1
                return count > 1 ? .errcode(40001) : .ok()
            }
        }
        let good = try await stage.weir.token(secret: Stage.key(of: "good"))
        let bad = try await stage.weir.token(secret: Stage.key(of: "bad"))
        for number in 1...5 {
            let query = query.replacingOccurrences(of: "WEIR", with: bad)
            _ = try await stage.weir.api.get("\(ScriptedStage.read)?\(query)")
            #expect(try await stage.send(to: "o-\(number)", token: good).errcode == 0)
        }
        let leaked = stage.upstream.requests().map(\.target).filter {
            ($0.removingPercentEncoding ?? $0).contains("weir1.")
        }
        #expect(leaked.isEmpty)
        #expect(stage.upstream.requests(ScriptedStage.read).allSatisfy { !$0.target.contains("access_token=WEIR") })
    }

    @Test(arguments: ["/cgi-bin/new/one", "/wxa/new/one"])
    func `a path whose quota is used up leaves the other uncatalogued ones open`(path: String) async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: {
            $0.on(path) { _ in .errcode(45009) }
        }
        let token = try await stage.weir.token()
        #expect(try await stage.call("POST", path, token: token, body: "{}").errcode == 45009)
        #expect(try await stage.call("POST", path, token: token, body: "{}").errcode == 990_005)
        for other in ["/cgi-bin/new/two", "/wxa/new/two", ScriptedStage.template] {
            let answer = try await stage.call("POST", other, token: token, body: "{}")
            #expect(answer.errcode == 0, "\(other): \(answer.text)")
        }
        #expect(stage.upstream.count(path) == 1)
    }
}
