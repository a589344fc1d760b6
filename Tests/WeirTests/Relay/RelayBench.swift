import Queueing
import TestSupport
import Timekeeping
import WeChat
import WireJSON

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// A relay with the client `orders`, and what callers do with it.
struct RelayBench {
    let harness: GatewayHarness

    init(_ configuration: GatewayConfiguration = GatewayHarness.withClient) throws {
        harness = try GatewayHarness(configuration)
    }

    init(_ harness: GatewayHarness) {
        self.harness = harness
    }

    /// The virtual token of the client.
    var token: String { get async { await fetchToken(secret: GatewayHarness.key) ?? "" } }

    func fetchToken(secret: String, appID: String = GatewayHarness.appID) async -> String? {
        let reply = await send(
            "/cgi-bin/token?grant_type=client_credential&appid=\(appID)&secret=\(secret)",
            method: "GET"
        )
        return (try? JSONObjectView(reply.body))?.string("access_token")
    }

    /// What the relay makes of a request's head.
    func inquiry(_ request: RelayRequest) throws(RelayTargetProblem) -> RelayInquiry {
        harness.relay.inquiry(request, target: try RelayTarget(request.target))
    }

    /// A call that is answered without WeChat.
    func send(
        _ target: String,
        method: String = "POST",
        body: String = "",
        change: @escaping @Sendable (inout RelayRequest) -> Void = { _ in }
    ) async -> RelayReply {
        var request = RelayRequest(method: method, target: target, body: Array(body.utf8), trace: .test())
        change(&request)
        return await harness.relay.answer(request) { _ in }
    }

    /// A call that WeChat answers with `results`, one an attempt.
    func send(
        _ target: String,
        method: String = "POST",
        body: String = "{}",
        results: [Result<UpstreamReply, TransportFailure>],
        change: @escaping @Sendable (inout RelayRequest) -> Void = { _ in }
    ) async -> RelayReply {
        let before = harness.transport.sent.count
        async let reply = send(target, method: method, body: body, change: change)
        for (index, result) in results.enumerated() {
            // The first leaves at once; a repeat when its time has come.
            for _ in 0..<100 where index > 0 && harness.transport.count <= before + index {
                harness.advance(.milliseconds(200))
            }
            guard index == 0 || harness.transport.count > before + index else { break }
            await harness.transport.waitForRequests(before + index + 1)
            harness.transport.answer(result)
        }
        return await reply
    }

    func send(_ target: String, method: String = "POST", body: String = "{}", reply: UpstreamReply) async -> RelayReply
    {
        await send(target, method: method, body: body, results: [.success(reply)])
    }
}

extension RelayReply {
    var text: String { String(decoding: body, as: UTF8.self) }

    var errcode: Int? { (try? JSONObjectView(body))?.value("errcode")?.lenientInteger.map(Int.init) }

    var errmsg: String? { (try? JSONObjectView(body))?.string("errmsg") }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
