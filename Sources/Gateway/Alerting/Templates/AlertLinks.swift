import Addressing
import WeirPorts

/// Where a reader of an alert may want to go.
struct AlertLinks: Sendable {
    /// Runbooks that are linked.
    static let mostRunbooks = 3
    /// Bytes of an address.
    static let longestAddress = 2048

    /// Alertmanager's form for a silence of all that these alerts share; nil without an address of Alertmanager, or where they share
    /// nothing.
    static func silence(_ notification: AlertNotification, _ group: AlertGroup) -> String? {
        guard AlertText.link(notification.externalURL) != nil, !group.labels.isEmpty else { return nil }
        let matchers = group.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }
        let filter = PercentEncoding.escape("{\(matchers.joined(separator: ","))}")
        var base = notification.externalURL[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        let address = "\(base)/#/silences/new?filter=\(filter)"
        return address.utf8.count <= longestAddress ? address : nil
    }

    /// Runbooks, the silence's form while something fires, and Alertmanager itself, each with a word.
    static func all(_ notification: AlertNotification, _ group: AlertGroup, _ words: AlertWords) -> [(
        word: String, address: String
    )] {
        var links: [(String, String)] = []
        var seen: Set<String> = []
        for alert in group.first where seen.count < mostRunbooks {
            guard let address = alert.annotations["runbook_url"], AlertText.link(address) != nil else { continue }
            guard seen.insert(address).inserted else { continue }
            let isOne = group.labels["alertname"] != nil
            links.append((isOne ? words.runbook : "\(words.runbook) \(AlertText.plain(alert.name))", address))
        }
        if notification.isFiring, let silence = silence(notification, group) { links.append((words.silence, silence)) }
        if AlertText.link(notification.externalURL) != nil { links.append(("Alertmanager", notification.externalURL)) }
        return links
    }

    /// A matcher's value as Alertmanager reads it.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
