import TestSupport
import Testing
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// What every shipped alert shows on every kind of sink, in both languages.
struct AlertRenderTests {
    private static let rules = (try? RuleTexts.all()) ?? []

    @Test func `the rules are found`() throws {
        #expect(try RuleTexts.all().count > 50)
    }

    // MARK: Sinks

    /// The sinks of the full example, and each robot in both formats.
    private static func sinks() throws -> [(name: String, sink: AlertSinkConfiguration)] {
        var message = AlertMessageConfiguration(app: "main", kind: .template, recipients: ["o1"])
        message.fields = try fields()
        var chat = AlertMessageConfiguration(app: "main", kind: .custom, recipients: ["o1"])
        chat.parts = 3
        var sinks = [
            ("template", AlertSinkConfiguration(.wechat(message))), ("custom", AlertSinkConfiguration(.wechat(chat))),
        ]
        for kind in RobotConfiguration.Kind.allCases {
            for format in AlertRobotConfiguration.Format.allCases {
                var group = AlertRobotConfiguration(RobotConfiguration(kind: kind, key: "k"))
                group.format = format
                sinks.append(("\(kind) \(format)", AlertSinkConfiguration(.robot(group))))
            }
        }
        return sinks
    }

    /// The fields of every template and notice in the example, and those that a careless operator would write.
    private static func fields() throws -> [AlertField] {
        let lines = try Checkout.text("examples/weir.yml").matches(of: /fields: {(.*)}/)
        let shipped = lines.flatMap {
            $0.output.1.matches(of: /(\w+): "(.*?)"/).map { (String($0.output.1), String($0.output.2)) }
        }
        let careless = [
            "{summary}", "{description}", "{alertname}", "{annotation.summary}", "{annotation.phone_zh}", "{title}",
            "{alerts}",
        ]
        return try (shipped + careless.map { ("thing9", $0) }).map {
            AlertField(name: $0, value: try AlertTemplate($1))
        }
    }

    // MARK: Notifications

    /// One alert, several that differ in a label, and their end.
    private static func notifications(_ rule: RuleTexts) throws -> [AlertNotification] {
        let items = try rule.labels(atMost: 4).map { labels in
            AlertItem(
                isFiring: true,
                labels: labels,
                annotations: rule.texts(for: labels),
                startsAtText: "2026-11-21T09:00:05Z",
                fingerprint: ""
            )
        }
        let ended = items.map { item in
            var item = item
            item.isFiring = false
            return item
        }
        return [[items[0]], items, ended].map { AlertFixtures.notification($0) }
    }

    // MARK: Checks

    @Test(arguments: rules, AlertLanguage.allCases)
    func `every text is whole, and within what its reader's messenger takes`(
        _ rule: RuleTexts,
        _ language: AlertLanguage
    ) throws {
        for notification in try Self.notifications(rule) {
            for (name, sink) in try Self.sinks() {
                var sink = sink
                sink.language = language
                let bodies = AlertBodies(.notification(notification), for: sink, at: .noon)
                for part in 0..<bodies.count {
                    let body = bodies.body(to: "o1", part: part)
                    let shown = try Self.strings(JSONObjectView(body))
                    for (path, text) in shown {
                        #expect(!text.contains("…"), "\(name) \(path): \(text)")
                        #expect(!text.contains("?") || !text.contains("nobody knows"), "\(text)")
                        if path.contains("thing") { #expect(text.utf16.count <= 20 && text != "-", "\(path): \(text)") }
                    }
                    #expect(body.count <= 20 * 1024)
                    #expect(shown.allSatisfy { $0.text.utf8.count <= Self.limit(name) }, "\(name)")
                }
            }
        }
    }

    private static func limit(_ name: String) -> Int {
        switch name {
        case "custom", "wecom text", "wecomApp text", "wecomApp markdown": 2048
        case "wecom markdown", "dingtalk text", "dingtalk markdown", "feishu text", "feishu markdown": 4096
        default: 16384
        }
    }

    @Test(arguments: rules, AlertLanguage.allCases)
    func `several alerts are as many lines that differ`(_ rule: RuleTexts, _ language: AlertLanguage) throws {
        let notification = try Self.notifications(rule)[1]
        guard notification.alerts.count > 1 else { return }
        for (name, sink) in try Self.sinks() where name != "template" {
            var sink = sink
            sink.language = language
            let bodies = AlertBodies(.notification(notification), for: sink)
            let texts = try (0..<bodies.count).flatMap {
                try Self.strings(JSONObjectView(bodies.body(to: "o1", part: $0)))
            }
            let lines = texts.flatMap { $0.text.split(separator: "\n") }.filter { $0.contains("✗") }
            #expect(lines.count == notification.alerts.count, "\(name): \(lines)")
            #expect(Set(lines).count == lines.count, "\(name): \(lines)")
            let list = texts.map(\.text).joined(separator: "\n")
            // A silence's address has the name too.
            for text in texts.map({ $0.text.replacing(/https?:\S+/, with: "") }) {
                #expect(text.ranges(of: rule.name).count <= 1, "\(name): \(text)")
            }
            #expect(list.unicodeScalars.contains { 0x4E00...0x9FFF ~= $0.value } == (language == .chinese), "\(list)")
        }
    }

    @Test(arguments: rules)
    func `a text names the app, the api, the breaker and the errcode`(_ rule: RuleTexts) throws {
        for language in AlertLanguage.allCases {
            for notification in try Self.notifications(rule) {
                var filling = AlertFilling(.notification(notification), in: language)
                let text = filling.text(.standard, bytes: 4096)
                for alert in notification.alerts {
                    for label in ["app", "api", "breaker", "errcode", "client"] {
                        guard let value = alert.labels[label] else { continue }
                        #expect(text.contains(value), "\(label) \(value): \(text)")
                    }
                }
            }
        }
    }

    @Test(arguments: rules.filter { $0.annotations["command"] != nil }, AlertLanguage.allCases)
    func `markdown and cards say what to type first, while it fires`(
        _ rule: RuleTexts,
        _ language: AlertLanguage
    ) throws {
        let notifications = try Self.notifications(rule)
        let item = notifications[0].alerts[0]
        let command = try #require(item.annotations["command"])
        #expect(command.hasSuffix("--app \(item.labels["app"] ?? "-")"), "\(command)")
        for (name, sink) in try Self.sinks() where name.hasSuffix("markdown") && !name.hasPrefix("webhook") {
            var sink = sink
            sink.language = language
            func lines(_ notification: AlertNotification) throws -> [String] {
                let body = AlertBodies(.notification(notification), for: sink).body(to: "o1")
                return try Self.strings(JSONObjectView(body)).flatMap { $0.text.split(separator: "\n") }
                    .map { $0.split(separator: " ").joined(separator: " ") }
            }
            let first = language == .chinese ? "先运行：" : "First: "
            #expect(try lines(notifications[0]).contains(first + command), "\(name)")
            #expect(try !lines(notifications[2]).contains { $0.hasPrefix(first) }, "\(name)")
        }
    }

    /// All strings of a body with their places.
    private static func strings(_ json: JSONObjectView, at path: String = "") -> [(path: String, text: String)] {
        json.members.flatMap { member -> [(path: String, text: String)] in
            let value = json.value(of: member)
            let place = "\(path).\(json.name(of: member))"
            if let object = value.object { return strings(object, at: place) }
            if let list = value.array {
                return list.flatMap { item in item.object.map { strings($0, at: place) } ?? [] }
            }
            return value.string.map { [(place, $0)] } ?? []
        }
    }
}
