import Addressing
import Weir

extension DocumentReader {
    mutating func readServer(_ field: Field?) {
        let section = section(field, ConfigurationKey.Server.self)
        if let api = listenAddress(section[.api]) { configuration.server.api = api }
        if let admin = listenAddress(section[.admin]) { configuration.server.admin = admin }
        configuration.server.adminKey = key(section[.adminKey])
        let (api, admin) = (configuration.server.api, configuration.server.admin)
        let isShared = api.host == admin.host || [api, admin].contains { LoopbackAddress.isWildcard($0.host) }
        if api.port == admin.port, api.port != 0, isShared {
            let field = section[.admin] ?? section[.api]
            report(
                at: field?.position ?? .start,
                field?.path ?? "server",
                "api and admin would listen on the same port \(api.port)"
            )
        }
    }

    mutating func readStorage(_ field: Field?) {
        let section = section(field, ConfigurationKey.Storage.self)
        if let path = scalar(section[.path]) {
            if path.text.utf8.count > 1024 || path.text.unicodeScalars.contains(where: { $0.value < 0x20 }) {
                report(path.field, "not a path")
            } else if path.text.allSatisfy({ $0 == "/" }) {
                report(path.field, "needs a folder of its own, not the root of the file system")
            } else {
                configuration.storage.path = path.text
            }
        }
        let keep = self.section(section[.keep], ConfigurationKey.Keep.self)
        let range = Duration.zero...Duration.seconds(3650 * 86_400)
        if let bodies = duration(keep[.bodies], in: range) { configuration.storage.keep.bodies = bodies }
        if let sent = duration(keep[.sent], in: range) { configuration.storage.keep.sent = sent }
        if let failed = duration(keep[.failed], in: range) { configuration.storage.keep.failed = failed }
        if let dead = duration(keep[.dead], in: range) { configuration.storage.keep.dead = dead }
    }

    mutating func readLog(_ field: Field?) {
        let section = section(field, ConfigurationKey.Log.self)
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        if let level = choice(section[.level], of: levels.map { ($0, $0) }) { configuration.log.level = level }
    }

    /// Warns where a listener off loopback serves whoever reaches it.
    mutating func checkExposure() {
        let server = configuration.server
        if !LoopbackAddress.contains(server.api.host), configuration.clients.isEmpty {
            warn(
                at: position(of: "server.api"),
                "server.api",
                "listens off loopback without clients: /v1/ then serves loopback peers only, and the"
                    + " relay takes each app's own AppSecret from anyone"
            )
        }
        if !LoopbackAddress.contains(server.admin.host), server.adminKey == nil {
            warn(
                at: position(of: "server.admin"),
                "server.admin",
                "listens off loopback without server.admin_key: only /metrics, /healthz and /readyz are served there"
            )
        }
    }

    private mutating func listenAddress(_ field: Field?) -> HostPort? {
        guard let scalar = scalar(field) else { return nil }
        let host = HostPort.split(scalar.text[...])?.host ?? ""
        guard HostText.isHost(String(host)), let address = HostPort(scalar.text) else {
            report(
                scalar.field,
                "\(scalar.shown) is not an address to listen on; write such as "
                    + "127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080"
            )
            return nil
        }
        return address
    }
}
