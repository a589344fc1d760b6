import GatewaySupport
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// `/cgi-bin/ticket/getticket` and what pages are signed with.
@Suite struct RelayTicketTests {
    private static let path = "/cgi-bin/ticket/getticket"

    /// WeChat's part: a ticket after the other, or an errcode.
    private final class Tickets: Sendable {
        private let state = Mutex((asked: [String](), errcode: 0))

        /// The targets of the requests for tickets, without their token.
        var asked: [String] { state.withLock { $0.asked } }

        func fail(_ errcode: Int) { state.withLock { $0.errcode = errcode } }

        func answer(_ request: UpstreamRequest) -> UpstreamReply {
            guard request.target.hasPrefix(RelayTicketTests.path) else {
                return request.target.hasPrefix("/cgi-bin/stable_token") ? .token("REAL-TOKEN-2") : .ok
            }
            let type = String(request.target.split(separator: "&").last ?? "")
            return state.withLock { state in
                state.asked.append(type)
                guard state.errcode == 0 else { return .errcode(state.errcode) }
                let ticket = "T\(state.asked.count)"
                return .json(#"{"errcode":0,"errmsg":"ok","ticket":"\#(ticket)","expires_in":7200}"#)
            }
        }
    }

    private let bench: RelayBench
    private let tickets = Tickets()

    init() throws {
        bench = try RelayBench()
        let tickets = tickets
        bench.harness.transport.answer { .success(tickets.answer($0)) }
    }

    private func ask(_ type: String = "jsapi", token: String? = nil, method: String = "GET") async -> JSONObjectView? {
        let own = await bench.token
        let target = "\(Self.path)?access_token=\(token ?? own)&type=\(type)"
        return try? JSONObjectView(await bench.send(target, method: method).body)
    }

    /// Lets time pass until WeChat has been asked that often. Timers run on tasks of their own.
    private func pass(_ step: Duration, untilAsked count: Int) async {
        while tickets.asked.count < count {
            bench.harness.advance(step)
            for _ in 0..<100 { await Task.yield() }
            bench.harness.transport.settle()
        }
    }

    @Test func `all who ask at once share one request and one ticket`() async {
        let answers = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<30 { group.addTask { await ask()?.string("ticket") } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "T1", count: 30))
        #expect(tickets.asked == ["type=jsapi"])
    }

    @Test func `an answer has WeChat's shape, and the life that is left`() async {
        let first = await ask()
        #expect(first?.members.map { first?.name(of: $0) } == ["errcode", "errmsg", "ticket", "expires_in"])
        #expect(first?.integer("errcode") == 0 && first?.string("errmsg") == "ok")
        #expect(first?.integer("expires_in") == 7200)
        bench.harness.advance(.seconds(1000))
        let second = await ask()
        #expect(second?.string("ticket") == "T1" && second?.integer("expires_in") == 6200)
        #expect(await ask("wx_card")?.string("ticket") == "T2")
        #expect(tickets.asked == ["type=jsapi", "type=wx_card"])
    }

    @Test func `a ticket is renewed before its end, and no longer once nobody wants it`() async {
        #expect(await ask()?.string("ticket") == "T1")
        bench.harness.advance(.seconds(6890))
        for _ in 0..<100 { await Task.yield() }
        #expect(tickets.asked.count == 1)
        await pass(.seconds(5), untilAsked: 2)
        #expect(await ask()?.string("ticket") == "T2")
        // Wanted now, so renewed once more; after that nobody asks for hours.
        await pass(.seconds(30), untilAsked: 3)
        for _ in 0..<300 {
            bench.harness.advance(.seconds(100))
            for _ in 0..<20 { await Task.yield() }
        }
        bench.harness.transport.settle()
        #expect(tickets.asked.count == 3)
        #expect(await ask()?.string("ticket") == "T4")
    }

    @Test func `while WeChat fails the old ticket is served to its end, and not beyond`() async {
        #expect(await ask()?.string("ticket") == "T1")
        tickets.fail(48001)
        await pass(.seconds(10), untilAsked: 2)
        #expect(await ask()?.string("ticket") == "T1")
        bench.harness.advance(.seconds(400))
        let late = await ask()
        #expect(late?.string("ticket") == nil && late?.integer("errcode") == 48001)
        // What WeChat has just refused is not asked for each caller anew.
        let count = tickets.asked.count
        for _ in 0..<20 { #expect(await ask()?.integer("errcode") == 48001) }
        #expect(tickets.asked.count == count)
        tickets.fail(0)
        bench.harness.advance(.seconds(61))
        #expect(await ask()?.string("ticket")?.hasPrefix("T") == true)
    }

    @Test func `what only WeChat can answer goes to WeChat`() async {
        _ = await ask()
        for (type, token, method) in [
            ("other", nil, "GET"), ("jsapi&type=wx_card", nil, "GET"), ("jsapi", "97_FOREIGN", "GET"),
        ] {
            let before = tickets.asked.count
            _ = await ask(type, token: token, method: method)
            #expect(tickets.asked.count == before + 1, "\(type)")
        }
        #expect(await ask()?.string("ticket") == "T1")
    }

    @Test func `a page is signed as WeChat's documentation has it`() {
        let ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
        let signed = PageSignature(
            appID: "wx1",
            ticket: ticket,
            url: "http://mp.weixin.qq.com?params=value",
            nonce: "Wm3WZYTPz0wzccnW",
            timestamp: 1_414_587_457
        )
        #expect(signed.signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed")
    }

    @Test(arguments: [
        ("https://a.example/p?x=1#top", "https://a.example/p?x=1"), ("http://a", "http://a"), ("https://", nil),
        ("ftp://a", nil),
        ("", nil), ("https://a b", nil), ("https://茶", nil), ("https://a/" + String(repeating: "a", count: 2048), nil),
    ])
    func `what is signed is a page's address without its fragment`(_ url: String, _ page: String?) {
        #expect(PageSignature.page(url) == page)
    }

    @Test func `a client signs pages of its own apps`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.apps = ["main"]
        configuration.apps["two"] = AppConfiguration(appID: "wx2", secret: "S2")
        let harness = try GatewayHarness(configuration)
        let tickets = tickets
        harness.transport.answer { .success(tickets.answer($0)) }
        let caller = try harness.messages.authenticate(key: GatewayHarness.key, isDirectLoopback: true)
        let gateway = harness.gateway
        for name in ["main", GatewayHarness.appID] {
            let signed = try await gateway.sign(page: "https://a.example/#x", app: name, caller: caller)
            #expect(signed.appID == GatewayHarness.appID && signed.url == "https://a.example/")
            #expect(signed.timestamp == Timestamp.noon.milliseconds / 1000)
            let again = PageSignature(
                appID: "",
                ticket: "T1",
                url: signed.url,
                nonce: signed.nonce,
                timestamp: signed.timestamp
            )
            #expect(signed.signature == again.signature)
        }
        #expect(gateway.tickets().map(\.app) == ["main"])
        #expect(
            harness.metricsText.contains(#"weir_ticket_expiry_timestamp_seconds{app="main",type="jsapi"} 17952408"#)
        )
        let refusals: [(app: String, url: String, reason: MessageRefusalReason)] = [
            ("two", "https://a", .forbidden), ("gone", "https://a", .notFound), ("main", "a", .invalid),
        ]
        for (app, url, reason) in refusals {
            await #expect { try await gateway.sign(page: url, app: app, caller: caller) } throws: { error in
                (error as? MessageRefusal)?.reason == reason
            }
        }
        #expect(tickets.asked == ["type=jsapi"])
    }

    @Test func `without a ticket a page is not signed, and the errcode is told`() async throws {
        tickets.fail(48001)
        let gateway = bench.harness.gateway
        let caller = try bench.harness.messages.authenticate(key: GatewayHarness.key, isDirectLoopback: true)
        await #expect { try await gateway.sign(page: "https://a", app: "main", caller: caller) } throws: { error in
            guard let refusal = error as? MessageRefusal else { return false }
            return refusal.reason == .upstream && refusal.message.contains("48001")
        }
    }
}
