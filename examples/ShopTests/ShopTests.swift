import Addressing
import CurlTransport
import Foundation
import Hummingbird
import Logging
import Queueing
import ServiceLifecycle
import Testing
import WeChatSandbox
import Weir
import WeirTesting

@testable import Shop

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The shop before a WeChat to test against, all of it over real connections.
@Suite struct ShopTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `services` until `test` ends.
    private func running(_ services: [any Service], _ test: () async throws -> Void) async throws {
        let group = ServiceGroup(services: services, logger: quiet)
        let life = Task { try await group.run() }
        do {
            try await test()
        } catch {
            life.cancel()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await life.value
    }

    private func send(
        _ method: String,
        _ url: String,
        _ body: String? = nil
    ) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return (status, String(decoding: data, as: UTF8.self))
    }

    private func withShop(_ test: (_ shop: String, _ sandbox: String, Gateway) async throws -> Void) async throws {
        let (addresses, addressed) = AsyncStream<HostPort>.makeStream()
        let sandbox = Sandbox(host: "127.0.0.1", port: 0, logger: quiet) { addressed.yield($0) }
        try await running([sandbox]) {
            let wechat = try #require(await addresses.first { _ in true })
            var configuration = GatewayConfiguration()
            var app = AppConfiguration(appID: "wx1234567890abcdef", secret: "secret-of-the-shop")
            app.hosts = ["http://\(wechat)"]
            configuration.apps["shop"] = app
            let transport = try CurlTransport()
            var options = Gateway.Options()
            options.logger = quiet
            let gateway = try Gateway(
                configuration: configuration,
                transport: transport,
                journal: MemoryJournal(),
                options: options
            )
            let (ports, ported) = AsyncStream<Int>.makeStream()
            let application = Application(
                router: Shipping(gateway: gateway, template: "TEMPLATE").router(),
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                services: [gateway],
                onServerRunning: { ported.yield($0.localAddress?.port ?? 0) },
                logger: quiet
            )
            try await running([application]) {
                let port = try #require(await ports.first { _ in true })
                while gateway.messagesProblem() != nil { await Task.yield() }
                try await test("http://127.0.0.1:\(port)", "http://\(wechat)", gateway)
            }
            transport.shutdown()
        }
    }

    @Test func `a customer is told once that the order was shipped, however often the warehouse calls`() async throws {
        try await withShop { shop, sandbox, gateway in
            let shipment = #"{"customer":"oCustomer","parcel":"SF123"}"#
            let first = try await send("POST", "\(shop)/orders/7/shipped", shipment)
            #expect(first.status == 202)
            #expect(try await send("POST", "\(shop)/orders/7/shipped", shipment) == first)
            var state = JobState.pending
            while !state.isTerminal {
                state = try await gateway.message(first.text, caller: Caller(name: "")).progress.state
                await Task.yield()
            }
            #expect(state == .sent)
            let shown = try await send("GET", "\(sandbox)/_sandbox/deliveries").text
            #expect(shown.components(separatedBy: "SF123").count == 2)
            #expect(try await send("GET", "\(shop)/metrics").text.contains("weir_messages_accepted_total"))
        }
    }

    @Test func `what WeChat could never take is refused at once`() async throws {
        try await withShop { shop, _, _ in
            let refusal = try await send("POST", "\(shop)/orders/7/shipped", #"{"customer":"","parcel":"SF123"}"#)
            #expect(refusal.status == 422)
        }
    }
}
