import Resilience
import Timekeeping
import WeChat
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// Webhooks as Alertmanager writes them, and sinks to send them to.
enum AlertFixtures {
    static func item(
        _ name: String = "WeirDown",
        severity: String = "critical",
        firing: Bool = true,
        labels: [String: String] = [:],
        summary: String? = "Weir is down",
        startsAt: String = "2026-11-21T09:00:05.123456789Z",
        fingerprint: String = ""
    ) -> AlertItem {
        var all = ["alertname": name, "severity": severity].merging(labels) { $1 }
        if severity.isEmpty { all["severity"] = nil }
        return AlertItem(
            isFiring: firing,
            labels: all,
            annotations: summary.map { ["summary": $0] } ?? [:],
            startsAtText: startsAt,
            fingerprint: fingerprint
        )
    }

    static func notification(
        _ alerts: [AlertItem] = [item()],
        sink: String = "oncall",
        group: String = "{}:{alertname=\"WeirDown\"}",
        truncated: Int = 0
    ) -> AlertNotification {
        AlertNotification(
            sink: sink,
            groupKey: group,
            receiver: "weir",
            externalURL: "http://alertmanager:9093",
            truncated: truncated,
            alerts: alerts
        )
    }

    /// A webhook's JSON.
    static func webhook(
        _ alerts: [AlertItem] = [item()],
        group: String = "{}:{alertname=\"WeirDown\"}",
        version: String = "4"
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", version)
            json.member("groupKey", group)
            json.member("truncatedAlerts", 0)
            json.member("status", alerts.contains(where: \.isFiring) ? "firing" : "resolved")
            json.member("receiver", "weir")
            json.member("externalURL", "http://alertmanager:9093")
            json.member("newer", array: { $0.integer(1) })
            json.member("alerts", array: { list in for alert in alerts { list.object { write(alert, to: &$0) } } })
        }
        return json.bytes
    }

    private static func write(_ alert: AlertItem, to json: inout JSONWriter) {
        json.member("status", alert.isFiring ? "firing" : "resolved")
        for (name, texts) in [("labels", alert.labels), ("annotations", alert.annotations)] {
            json.member(
                name,
                object: { for (key, value) in texts.sorted(by: { $0.key < $1.key }) { $0.member(key, value) } }
            )
        }
        json.member("startsAt", alert.startsAtText)
        json.member("endsAt", "0001-01-01T00:00:00Z")
        json.member("generatorURL", "http://prometheus:9090/graph")
        json.member("fingerprint", alert.fingerprint)
    }

    static func template(_ text: String) -> AlertTemplate {
        (try? AlertTemplate(text)) ?? .standard
    }

    static func people(_ recipients: [String] = ["o1"], rate: RateLimit = .perMinute(2)) -> AlertSinkConfiguration {
        var message = AlertMessageConfiguration(app: "main", kind: .template, recipients: recipients)
        message.templateID = "T1"
        message.link = template("{externalURL}")
        message.fields = [
            AlertField(name: "first", value: template("{status} {alertname} ({count})")),
            AlertField(name: "remark", value: template("{summary}")),
        ]
        return AlertSinkConfiguration(.wechat(message), rate: rate)
    }

    static func robot(
        _ kind: RobotConfiguration.Kind,
        text: String = "[{status}] {alertname}: {alerts}"
    ) -> AlertSinkConfiguration {
        var robot = AlertRobotConfiguration(RobotConfiguration(kind: kind, key: "thekey-of-\(kind)"))
        robot.text = template(text)
        return AlertSinkConfiguration(.robot(robot))
    }

    static func robot(_ group: AlertRobotConfiguration, _ change: (inout AlertRobotConfiguration) -> Void)
        -> AlertSinkConfiguration
    {
        var group = group
        change(&group)
        return AlertSinkConfiguration(.robot(group))
    }

    /// The sink `oncall` for all that is critical, `team` for the rest.
    static func configuration(
        _ oncall: AlertSinkConfiguration = people(),
        team: AlertSinkConfiguration = robot(.wecom)
    ) -> AlertConfiguration {
        var alerts = AlertConfiguration()
        alerts.sinks = ["oncall": oncall, "team": team]
        alerts.routes = [
            AlertRouteConfiguration(match: ["severity": ["critical"]], sinks: ["oncall"]),
            AlertRouteConfiguration(sinks: ["team"]),
        ]
        return alerts
    }
}

extension RateLimit {
    static func perMinute(_ permits: Int) -> RateLimit {
        RateLimit(permits: permits, per: .seconds(60), burst: permits)
    }
}
