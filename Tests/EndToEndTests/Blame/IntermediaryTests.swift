import Synchronization
import Testing

/// Something between the gateway and WeChat answers in WeChat's place.
@Suite struct IntermediaryTests {
    /// What a proxy or a firewall says.
    private static let pages: [(name: String, reply: ScriptedReply)] = [
        ("401", .page(401)), ("403", .page(403)), ("404", .page(404)), ("407", .page(407)), ("413", .page(413)),
        ("451", .page(451)), ("421", .page(421)),
        // Not in HTML, and not WeChat's either.
        ("json", ScriptedReply(status: 403, body: Array("{\"message\":\"forbidden by policy\"}".utf8))),
    ]

    private static let sections = """
        breaker: {open: 1s, open_max: 1s}
        retry:
          available: {attempts: 1, ladder: [1s, 1s, 2s, 2s, 2s, 2s, 2s], max_age: 2h}
        """

    @Test func `no message ends because a page stood in WeChat's place for a second and a half`() async throws {
        let first = Mutex<[String: ContinuousClock.Instant]>([:])
        let stage = try await ScriptedStage.start {
            $0.sections = IntermediaryTests.sections
        } script: { upstream in
            upstream.on(ScriptedStage.template) { request in
                let openID = request.member("touser") ?? ""
                let page = IntermediaryTests.pages.first { openID.hasPrefix("o-\($0.name)-") }
                let start = first.withLock { first in
                    let start = first[page?.name ?? ""] ?? .now
                    first[page?.name ?? ""] = start
                    return start
                }
                guard let page, ContinuousClock.now - start < .milliseconds(1500) else { return .ok() }
                return page.reply
            }
        }
        var messages: [(page: String, id: String)] = []
        for page in IntermediaryTests.pages {
            for number in 1...10 {
                messages.append((page.name, try await stage.weir.accept(.template(to: "o-\(page.name)-\(number)"))))
            }
        }
        try await eventually("nothing waits any more") { try await stage.weir.metrics().sum("weir_queue_depth") == 0 }
        var ends: [String: Int] = [:]
        for message in messages {
            let state = try await stage.weir.status(message.id)?["state"]?.string ?? "none"
            ends["\(message.page) \(state)", default: 0] += 1
        }
        let right = Dictionary(uniqueKeysWithValues: IntermediaryTests.pages.map { ("\($0.name) sent", 10) })
        #expect(ends == right)
    }

    /// A relayed call gets the page's status where it can be about the call itself, and blames nobody for it.
    @Test(arguments: [404, 405, 413, 415])
    func `a relayed call that draws a page about itself neither opens a breaker nor is repeated`(status: Int)
        async throws
    {
        let stage = try await ScriptedStage.start {
            $0.sections = CallerBlameTests.breaker
        } script: { upstream in
            upstream.on(ScriptedStage.read) { $0.target.contains("odd") ? .page(status) : .ok() }
        }
        let token = try await stage.weir.token()
        for _ in 1...10 {
            let answer = try await stage.call("GET", ScriptedStage.read + "?odd=1", token: token)
            #expect(answer.status == status)
        }
        #expect(stage.upstream.count() == 10)
        #expect(try await stage.breakerMoves() == 0)
        #expect(try await stage.call("GET", ScriptedStage.read, token: token).errcode == 0)
    }
}
