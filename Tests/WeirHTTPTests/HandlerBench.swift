import HTTPServing
import Logging
import PrometheusMetrics
import TestSupport
import Weir
import WeirTesting

@testable import WeirHTTP

/// Both listeners' handlers in front of a gateway that sends nothing.
struct HandlerBench {
    static let message = #"{"type":"custom","message":{"touser":"o1","msgtype":"text","text":{"content":"hi"}}}"#

    let gateway: Gateway
    let api: APIHandler
    let admin: AdminHandler
    let time = ManualTimeSource()

    init(
        adminKey: String? = nil,
        operators: [String: OperatorKey] = [:],
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = GatewayConfiguration()
        configuration.apps["main"] = AppConfiguration(appID: "wx1234567890abcdef", secret: "APPSECRET-of-main")
        change(&configuration)
        var options = Gateway.Options()
        options.time = time
        options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        options.seed = 7
        let gateway = try Gateway(
            configuration: configuration,
            transport: QuietTransport(),
            journal: MemoryJournal(),
            options: options
        )
        self.gateway = gateway
        api = APIHandler(gateway: gateway)
        admin = AdminHandler(gateway: gateway, adminKey: { adminKey }, operators: { operators }) {
            ReloadReport(isInForce: true, lines: [])
        }
        // It runs on until the test's process ends.
        Task { try await gateway.run() }
        while gateway.messagesProblem() != nil { await Task.yield() }
    }

    func answer(
        _ method: String,
        _ target: String,
        on listener: Route.Listener = .api,
        _ headers: [(name: String, value: String)] = [],
        host: String? = "127.0.0.1:8080",
        body: String = ""
    ) async -> OutgoingReply {
        let request = IncomingRequest(
            method: method,
            target: target,
            headers: (host.map { [("Host", $0)] } ?? []) + headers,
            body: Array(body.utf8)
        )
        switch listener {
        case .api: return await api.answer(request)
        case .admin: return await admin.answer(request)
        }
    }
}

extension OutgoingReply {
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
