import Addressing
import ArgumentParser
import Logging
import ServiceLifecycle
import WeChatSandbox

/// `weir sandbox`
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Runs a WeChat to develop and test against; control it under /_sandbox."
    )

    @Option(help: "Where to listen.")
    var listen = HostPort(host: "127.0.0.1", port: 8089)

    @Option(
        help: ArgumentHelp(
            "An account it knows, as APPID=SECRET; may be repeated. Without any it takes every pair.",
            valueName: "account"
        )
    )
    var app: [String] = []

    func run() async throws {
        var configuration = SandboxConfiguration()
        for account in app {
            let parts = account.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw ValidationError("--app takes APPID=SECRET") }
            configuration.apps[String(parts[0])] = String(parts[1])
        }
        configuration.acceptsAnyApp = app.isEmpty
        let level = LogLevel(.info)
        let logger = Logger.json("sandbox", level: level)
        try await Running.untilTheEnd { [configuration] in
            let sandbox = Sandbox(
                host: listen.host,
                port: listen.port,
                configuration: configuration,
                logger: logger
            ) { address in
                logger.notice("listening", metadata: ["listener": "sandbox", "address": "\(address)"])
            }
            return ServiceGroup([sandbox])
        }
    }
}
