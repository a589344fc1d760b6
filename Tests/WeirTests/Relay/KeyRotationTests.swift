import Testing
import Timekeeping
import WeChat

@testable import Clients
@testable import Dispatching
@testable import Relaying
@testable import Weir

/// A client's key changes while its services run, one after the other, and none of them is refused.
@Suite struct KeyRotationTests {
    private static let path = "/cgi-bin/message/custom/send?access_token="
    private static let (old, new) = (GatewayHarness.key, "KEY-of-orders-2")
    private let bench: RelayBench

    init() throws {
        bench = try RelayBench()
        bench.harness.transport.answer { _ in .success(.ok) }
    }

    private func reload(keys: [String]) {
        var configuration = bench.harness.configuration
        configuration.clients["orders"]?.keys = keys
        bench.harness.gateway.reload(configuration)
    }

    /// What the relay answers to a call with this token: 0 when WeChat took it.
    private func errcode(with token: String?) async -> Int? {
        await bench.send(Self.path + (token ?? ""), body: "{}").errcode
    }

    private func isLetIn(_ key: String) -> Bool {
        (try? bench.harness.messages.authenticate(key: key, isDirectLoopback: false))?.name == "orders"
    }

    @Test func `old and new keys and tokens are good together, and the old ones only while they are listed`() async {
        let before = await bench.fetchToken(secret: Self.old)
        #expect(await errcode(with: before) == 0 && isLetIn(Self.old) && !isLetIn(Self.new))
        reload(keys: [Self.new, Self.old])
        let after = await bench.fetchToken(secret: Self.new)
        #expect(before != after)
        #expect(await bench.fetchToken(secret: Self.old) == before)
        for token in [before, after] { #expect(await errcode(with: token) == 0) }
        #expect(isLetIn(Self.old) && isLetIn(Self.new))
        reload(keys: [Self.new])
        #expect(await errcode(with: after) == 0 && isLetIn(Self.new))
        #expect(await errcode(with: before) == 990_006 && !isLetIn(Self.old))
        #expect(await bench.fetchToken(secret: Self.old) == nil)
    }
}
