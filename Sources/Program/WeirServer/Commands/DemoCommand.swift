import Addressing
import ArgumentParser
import Foundation
import HTTPServing
import Logging
import ServiceLifecycle
import WeChatSandbox
import Weir

/// `weir demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs a sandbox, a gateway on a folder of its own and a little traffic, and prints where to look."
    )

    @Flag(help: "Ends after the traffic; exit 0 only if all of it arrived. Uses free ports.")
    var once = false

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let addresses = DemoAddresses()
        let quiet = Logger.json("demo", level: LogLevel(.error))
        let isOnce = once
        try await withThrowingTaskGroup(of: Void.self) { group in
            let sandbox = Sandbox(host: "127.0.0.1", port: isOnce ? 0 : 8089, logger: quiet) {
                addresses.set("sandbox", $0)
            }
            let sandboxGroup = ServiceGroup([sandbox])
            group.addTask { try await Running.untilTheEnd { sandboxGroup } }
            group.addTask {
                let upstream = try await addresses.get("sandbox")
                let composition = try Composition(
                    configuration(sandbox: upstream, folder: folder.path, anyPort: isOnce),
                    logger: quiet,
                    level: LogLevel(.error),
                    source: nil
                ) { addresses.set($0, $1) }
                let gatewayGroup = ServiceGroup(composition.services)
                try await withThrowingTaskGroup(of: Void.self) { inner in
                    inner.addTask { try await Running.untilTheEnd { gatewayGroup } }
                    inner.addTask {
                        let arrived = try await drive(addresses)
                        guard isOnce else { return print("\nStill running. Ctrl-C ends it.") }
                        await gatewayGroup.triggerGracefulShutdown()
                        guard arrived else { throw ExitCode.failure }
                    }
                    try await inner.waitForAll()
                }
                await sandboxGroup.triggerGracefulShutdown()
            }
            do {
                try await group.waitForAll()
            } catch {
                addresses.fail()
                throw error
            }
        }
    }

    /// Sends the traffic, and says whether all of it arrived.
    private func drive(_ addresses: DemoAddresses) async throws -> Bool {
        let (api, admin) = (try await addresses.get("api"), try await addresses.get("admin"))
        let sandbox = try await addresses.get("sandbox")
        print(DemoTraffic.introduction(api: "\(api)", admin: "\(admin)", sandbox: "\(sandbox)"))
        return try await DemoTraffic(api: "http://\(api)", sandbox: "http://\(sandbox)").run()
    }

    private func configuration(sandbox: HostPort, folder: String, anyPort: Bool) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        var app = AppConfiguration(appID: "wx0000000000000000", secret: "sandbox-secret")
        app.hosts = ["http://\(sandbox)"]
        configuration.apps["demo"] = app
        configuration.storage.path = folder
        if anyPort {
            configuration.server.api.port = 0
            configuration.server.admin.port = 0
        }
        return configuration
    }
}
