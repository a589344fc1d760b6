import Addressing
import Weir

extension DocumentReader {
    mutating func readServer(_ field: Field?) {
        let section = read(field, ConfigurationKey.Server.self, of: \.server)
        let server = configuration.server
        var listeners = [("api", server.api, section[.api]), ("admin", server.admin, section[.admin])]
        if let callback = server.callback { listeners.append(("callback", callback, section[.callback])) }
        for (index, (name, address, field)) in listeners.enumerated() {
            for (otherName, other, otherField) in listeners[..<index] {
                let isShared =
                    other.host == address.host || [other, address].contains { LoopbackAddress.isWildcard($0.host) }
                guard other.port == address.port, address.port != 0, isShared else { continue }
                let place = field ?? otherField
                report(
                    at: place?.position ?? .start,
                    place?.path ?? "server",
                    "\(otherName) and \(name) would listen on the same port \(address.port)"
                )
            }
        }
    }

    /// A folder for the journal alone.
    mutating func folderPath(_ field: Field) -> String? {
        guard let path = scalar(field) else { return nil }
        if path.text.utf8.count > 1024 || path.text.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            report(path.field, "not a path")
            return nil
        }
        if path.text.allSatisfy({ $0 == "/" }) {
            report(path.field, "needs a folder of its own, not the root of the file system")
            return nil
        }
        return path.text
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
        if !LoopbackAddress.contains(server.admin.host), server.adminKey == nil, configuration.admin.keys.isEmpty {
            warn(
                at: position(of: "server.admin"),
                "server.admin",
                "listens off loopback without server.admin_key: only /metrics, /healthz and /readyz are served there"
            )
        }
    }

    mutating func listenAddress(_ field: Field?) -> HostPort? {
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
