import Intake
import Timekeeping
import WireJSON

/// What Alertmanager posts, version 4: a group of alerts.
struct AlertWebhook: Equatable, Sendable {
    /// The version of Alertmanager's format that is understood.
    static let version = "4"
    /// Alerts of one group that are taken. Those of 16 MiB are fewer, unless they say next to nothing.
    static let mostAlerts = 20_000
    /// Labels and annotations of all of them together.
    static let mostTexts = 400_000

    /// Which group it is, over all notifications of it.
    var groupKey: String
    var receiver: String
    var externalURL: String
    /// Alerts that Alertmanager left out because of its `max_alerts`.
    var truncated: Int
    var alerts: [AlertItem]
}

extension AlertWebhook {
    /// Reads a webhook; members that are not known are passed over.
    ///
    /// - Throws: `malformed` (400) for what is no such JSON, `tooLarge` (413) for more than ``mostAlerts`` or ``mostTexts``,
    ///   `invalid` (422) for another version of it.
    init(_ bytes: [UInt8]) throws(MessageRefusal) {
        let json: JSONObjectView
        do { json = try JSONObjectView(bytes) } catch {
            throw MessageRefusal(.malformed, "the body is not a JSON object as it should be: \(error)")
        }
        let version = json.value("version")?.string ?? json.integer("version").map(String.init)
        guard let version else { throw AlertWebhook.malformed("version", "must be \"\(AlertWebhook.version)\"") }
        guard version == AlertWebhook.version else {
            let shown = AlertText.cut(AlertText.plain(version), characters: 20)
            throw MessageRefusal(
                .invalid,
                "version \"\(shown)\" of Alertmanager's webhook is not supported: \"\(AlertWebhook.version)\" is",
                field: "version"
            )
        }
        guard let list = json.value("alerts")?.elements(upTo: AlertWebhook.mostAlerts + 1) else {
            throw AlertWebhook.malformed("alerts", "must be an array")
        }
        guard !list.isEmpty else { throw AlertWebhook.malformed("alerts", "must not be empty") }
        guard list.count <= AlertWebhook.mostAlerts else {
            throw AlertWebhook.tooMany("alerts", AlertWebhook.mostAlerts)
        }
        groupKey = json.string("groupKey") ?? ""
        receiver = json.string("receiver") ?? ""
        externalURL = json.string("externalURL") ?? ""
        truncated = json.integer("truncatedAlerts").map { Int(clamping: max(0, $0)) } ?? 0
        alerts = []
        alerts.reserveCapacity(list.count)
        var count = 0
        for (index, value) in list.enumerated() {
            guard let object = value.object else {
                throw AlertWebhook.malformed("alerts[\(index)]", "must be an object")
            }
            let alert = try AlertWebhook.alert(object, at: "alerts[\(index)]")
            count += alert.labels.count + alert.annotations.count
            guard count <= AlertWebhook.mostTexts else {
                throw AlertWebhook.tooMany("labels and annotations", AlertWebhook.mostTexts)
            }
            alerts.append(alert)
        }
    }

    private static func alert(_ json: JSONObjectView, at path: String) throws(MessageRefusal) -> AlertItem {
        let status = json.string("status")
        guard status == "firing" || status == "resolved" else {
            throw malformed("\(path).status", "must be firing or resolved")
        }
        return AlertItem(
            isFiring: status == "firing",
            labels: try texts("labels", of: json, at: path),
            annotations: try texts("annotations", of: json, at: path),
            startsAtText: json.string("startsAt") ?? "",
            fingerprint: json.string("fingerprint") ?? ""
        )
    }

    /// Labels or annotations: an object of strings, or none.
    private static func texts(
        _ name: String,
        of json: JSONObjectView,
        at path: String
    ) throws(MessageRefusal) -> [String: String] {
        guard let value = json.value(name), value.kind != .null else { return [:] }
        guard let object = value.object else { throw malformed("\(path).\(name)", "must be an object") }
        var texts: [String: String] = [:]
        texts.reserveCapacity(object.members.count)
        for member in object.members {
            guard let text = object.value(of: member).string else {
                throw malformed("\(path).\(name)", "must hold strings only")
            }
            texts[object.name(of: member)] = text
        }
        return texts
    }

    private static func tooMany(_ what: String, _ limit: Int) -> MessageRefusal {
        MessageRefusal(
            .tooLarge,
            "the group may have \(limit) \(what), and has more: group_by more labels",
            field: "alerts"
        )
    }

    private static func malformed(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.malformed, "\(field) \(problem)", field: field)
    }
}

/// One alert of a webhook.
struct AlertItem: Equatable, Sendable {
    var isFiring: Bool
    var labels: [String: String]
    var annotations: [String: String]
    /// As Alertmanager writes it: what tells one outbreak of an alert from the next.
    var startsAtText: String
    /// Alertmanager's hash of the labels.
    var fingerprint: String

    var startsAt: Timestamp? { Timestamp(rfc3339: startsAtText) }

    var name: String { labels["alertname"] ?? "" }

    /// Whether its severity is one that wakes people.
    var isCritical: Bool {
        AlertItem.critical.contains(labels["severity"]?.lowercased() ?? "")
    }

    private static let critical: Set<String> = ["critical", "page", "emergency", "disaster", "fatal"]
}
