import Foundation
import Testing

/// What a caller does says nothing about WeChat: the breaker stays closed, and the next good call is answered.
@Suite struct CallerBlameTests {
    /// Few enough calls that any of them would open a breaker that counted them.
    static let breaker = "breaker: {minimum_calls: 5}\n"

    private func stage(_ script: (ScriptedUpstream) -> Void = { _ in }) async throws -> (ScriptedStage, String) {
        let stage = try await ScriptedStage.start({ $0.sections = CallerBlameTests.breaker }, script: script)
        return (stage, try await stage.weir.token())
    }

    /// The breaker of the path has not moved, nothing was repeated, and a good call is answered.
    private func expectUntouched(_ stage: ScriptedStage, _ token: String, _ path: String = ScriptedStage.read)
        async throws
    {
        #expect(try await stage.breakerMoves() == 0)
        #expect(try await stage.weir.metrics().sum("weir_retries_total") == 0)
        let good = try await stage.call("GET", path + "?openid=o-good", token: token)
        #expect(good.errcode == 0, "\(good.text)")
    }

    // MARK: Targets

    /// What stands behind the token in the query.
    static let oddTargets = [
        ("a backslash", "&openid=o\\1"), ("a fragment", "&openid=o-1#part"), ("a control character", "&openid=o\u{1}1"),
        ("17 KiB", "&openid=" + String(repeating: "o", count: 17 << 10)),
        ("31 KiB", "&openid=" + String(repeating: "o", count: 31 << 10)),
    ]

    @Test(arguments: oddTargets)
    func `a target that cannot be sent on is refused at once and says why`(what: String, query: String) async throws {
        let (stage, token) = try await stage()
        var unclear: [String: Int] = [:]
        for _ in 1...20 {
            let answer = try await stage.weir.api.get("\(ScriptedStage.read)?access_token=\(token)\(query)")
            let isRelays = answer.status == 200 && [990_011, 990_008].contains(answer.errcode)
            let isListeners = [400, 414, 431].contains(answer.status)
            let reason = (isRelays ? answer.json?["errmsg"]?.string : isListeners ? answer.message : nil) ?? ""
            if reason.count < 30 { unclear["\(answer.status) \(answer.errcode ?? 0) \(reason)", default: 0] += 1 }
        }
        #expect(unclear.isEmpty, "\(what)")
        #expect(stage.upstream.count() == 0)
        try await expectUntouched(stage, token)
    }

    @Test func `a target of 15 KiB is relayed`() async throws {
        let (stage, token) = try await stage()
        let openID = String(repeating: "o", count: 15 << 10)
        let answer = try await stage.weir.api.get("\(ScriptedStage.read)?access_token=\(token)&openid=\(openID)")
        #expect(answer.errcode == 0, "\(answer.text.prefix(300))")
        #expect(stage.upstream.requests().first?.target.contains(openID) == true)
    }

    @Test(arguments: ["&name=小程序", "&name=%E5%B0%8F程序&x=é"])
    func `raw UTF-8 in a query is relayed percent-encoded`(query: String) async throws {
        let (stage, token) = try await stage()
        let answer = try await stage.weir.api.get("\(ScriptedStage.read)?access_token=\(token)\(query)")
        #expect(answer.status == 200)
        #expect(answer.errcode == 0, "\(answer.text)")
        let target = stage.upstream.requests().first?.target ?? ""
        #expect(target.utf8.allSatisfy { $0 < 128 }, "\(target)")
        #expect(target.removingPercentEncoding?.contains(query.removingPercentEncoding ?? "") == true, "\(target)")
        try await expectUntouched(stage, token)
    }

    // MARK: Deadlines

    @Test(arguments: ["0.05", "0.2"])
    func `a caller's own short deadline says nothing about an upstream that takes longer`(seconds: String) async throws
    {
        let (stage, token) = try await stage { upstream in
            for path in [ScriptedStage.custom, ScriptedStage.read] {
                upstream.on(path) { _ in .ok(after: .milliseconds(250)) }
            }
        }
        for path in [ScriptedStage.custom, ScriptedStage.read] {
            let hasty = try await Load.run(30, width: 6, to: stage.weir.api.port) { number in
                Load.Call(
                    method: path == ScriptedStage.read ? "GET" : "POST",
                    target: "\(path)?access_token=\(token)&n=\(number)",
                    headers: [("X-Weir-Timeout", seconds)],
                    body: path == ScriptedStage.read ? nil : Array(Message.customBody(to: "o-\(number)").utf8)
                )
            }
            #expect(Load.codes(hasty)[990_002] == nil)
            #expect(try await stage.breakerMoves() == 0)
            let good = try await stage.call("GET", path, token: token)
            #expect(good.errcode == 0, "\(path): \(good.text)")
        }
    }

    // MARK: Answers without a body

    static let bodiless: [(method: String, reply: ScriptedReply)] = [
        ("HEAD", .ok()), ("HEAD", .page(404)), ("OPTIONS", ScriptedReply(status: 204)),
        ("DELETE", ScriptedReply(status: 204)),
        ("OPTIONS", ScriptedReply()),
    ]

    @Test(arguments: bodiless)
    func `an orderly answer without a body is an answer`(method: String, reply: ScriptedReply) async throws {
        let (stage, token) = try await stage { $0.on(ScriptedStage.read) { $0.method == "GET" ? .ok() : reply } }
        var answers: [String: Int] = [:]
        for _ in 1...20 {
            let answer = try await stage.call(method, ScriptedStage.read, token: token)
            answers["\(answer.status) \(answer.errcode ?? 0)", default: 0] += 1
        }
        #expect(answers == ["\(reply.status) 0": 20])
        #expect(stage.upstream.count(ScriptedStage.read) == 20)
        try await expectUntouched(stage, token)
    }

    // MARK: Sizes

    @Test func `a download over Weir's own limit is refused as that and blames nobody`() async throws {
        let large = [UInt8](repeating: 7, count: 21 << 20)
        let (stage, token) = try await stage { upstream in
            upstream.on(ScriptedStage.download) { $0.target.contains("large") ? .file(large) : .ok() }
        }
        var unclear: [Int: String] = [:]
        for _ in 1...8 {
            let answer = try await stage.call("GET", ScriptedStage.download + "?media_id=large", token: token)
            let reason = answer.json?["errmsg"]?.string ?? "\(answer.body.count) bytes"
            if !reason.contains("MiB") { unclear[answer.errcode ?? 0] = reason }
        }
        #expect(unclear.isEmpty)
        #expect(stage.upstream.count(ScriptedStage.download) == 8)
        try await expectUntouched(stage, token, ScriptedStage.download)
    }
}
