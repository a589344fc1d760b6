import Queueing
import Resilience
import Weir

extension DocumentReader {
    /// Keys of one client that are accepted at once.
    static let keyLimit = 8
    /// Denied paths that one client may call.
    static let apiLimit = 64

    mutating func readClients(_ field: Field?) {
        guard let field else { return }
        let entries = entries(field)
        if entries.count > Self.clientLimit {
            report(
                at: field.keyPosition,
                "clients",
                "holds \(entries.count) clients; at most \(Self.clientLimit) are allowed"
            )
            return
        }
        for entry in entries {
            let child = child(entry, of: field)
            guard checkName(entry, in: field) else { continue }
            configuration.clients[entry.key] = readClient(child)
        }
        checkBudgets(field)
    }

    private mutating func readClient(_ field: Field) -> ClientConfiguration {
        var client = ClientConfiguration(keys: [])
        let section = read(field, ConfigurationKey.Client.self, into: &client)
        if section[.key] == nil, field.isMapping { report(at: field.keyPosition, field.path, "needs key") }
        if !client.callbacks.isEmpty, client.deliverySecret == nil, section[.callbackSecret] == nil {
            report(
                at: field.keyPosition,
                field.path,
                "callbacks need callback_secret, which signs what is sent there; try `openssl rand -hex 24`"
            )
        }
        // Lower raw values are more urgent. A client that may ask for `low` at most is not given `normal` by default.
        if let priority = client.priority, priority < client.maxPriority, let field = section[.priority] {
            report(field, "\(priority.name) is above max_priority (\(client.maxPriority.name))")
        } else if client.priority == nil, client.maxPriority > .normal {
            client.priority = client.maxPriority
        }
        return client
    }

    mutating func keys(_ field: Field?) -> [String] {
        guard let field else { return [] }
        guard case .sequence = field.node.content else { return key(field).map { [$0] } ?? [] }
        let items = list(field, atMost: Self.keyLimit, example: "[NEW, OLD]") ?? []
        if items.isEmpty, case .sequence(let nodes) = field.node.content, nodes.isEmpty {
            report(field, "names no key")
        }
        return items.compactMap { key($0) }
    }

    /// Of clients and subscribers.
    mutating func appNames(_ field: Field) -> [String]? {
        let hint = "; leave the key out for all apps"
        return names(field, of: configuration.apps, what: "app", atMost: Self.appLimit, hint: hint)
    }

    mutating func apis(_ field: Field?) -> [String] {
        guard let items = list(field, atMost: Self.apiLimit, example: "[/cgi-bin/message/mass/send]") else { return [] }
        var paths: [String] = []
        for item in items {
            guard let path = scalar(item), checkPath(path.text, at: item.position, item.path) else { continue }
            if paths.contains(path.text) { report(item, "\(path.shown) is listed twice") }
            paths.append(path.text)
        }
        return paths
    }
}
