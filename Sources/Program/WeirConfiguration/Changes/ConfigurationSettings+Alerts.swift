import Resilience
import Weir

extension ConfigurationSettings {
    static func list(_ alerts: AlertConfiguration) -> [Setting] {
        var settings = [
            Setting("alerts.clients", alerts.clients.map(bracketed) ?? "all"),
            Setting("alerts.retry_class", alerts.retryClass),
            Setting("alerts.lifetime", DurationText.format(alerts.lifetime)),
            Setting("alerts.routes", bracketed(alerts.routes.map(text))),
        ]
        for (name, sink) in alerts.sinks.sorted(by: { $0.key < $1.key }) {
            settings += list(sink, at: "alerts.sinks.\(name)")
        }
        return settings
    }

    private static func text(_ route: AlertRouteConfiguration) -> String {
        let match = route.match.sorted { $0.key < $1.key }.map { "\($0.key): \(bracketed($0.value))" }
        return "{match: {\(match.joined(separator: ", "))}, to: \(bracketed(route.sinks))}"
    }

    private static func list(_ sink: AlertSinkConfiguration, at path: String) -> [Setting] {
        let rate = Setting("\(path).rate", text(sink.rate))
        switch sink.channel {
        case .wechat(let message):
            let fields = message.fields.map { "\($0.name): \($0.value.source)" }
            return [
                rate, Setting("\(path).type", message.kind.rawValue), Setting("\(path).app", message.app),
                // Openids are people: as little shown as a key is.
                Setting("\(path).to", secret: message.recipients.joined(separator: "\n")),
                Setting("\(path).template_id", message.templateID.isEmpty ? "none" : message.templateID),
                Setting("\(path).link", message.link?.source ?? "none"), Setting("\(path).fields", bracketed(fields)),
                Setting("\(path).text", message.text.source),
            ]
        case .robot(let robot):
            let mentions = robot.mentioned + robot.mobiles + ["\(robot.mentionsAll)"]
            return [
                rate, Setting("\(path).type", robot.robot.kind.rawValue), Setting("\(path).url", robot.robot.origin),
                Setting("\(path).key", secret: "\(robot.robot.key)\n\(robot.robot.secret ?? "")"),
                Setting("\(path).mentions", secret: mentions.joined(separator: "\n")),
                Setting("\(path).text", robot.text.source),
            ]
        }
    }
}
