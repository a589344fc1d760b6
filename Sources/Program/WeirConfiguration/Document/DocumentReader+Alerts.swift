import Resilience
import Weir

extension DocumentReader {
    /// Sinks of alerts; each has metric series of its own, and a robot a lane and a breaker.
    static let sinkLimit = 50
    /// Rules of where alerts go.
    static let routeLimit = 200
    /// Labels of one rule, and values of one label.
    static let matchLimit = 50

    mutating func readAlerts(_ field: Field?) {
        guard let field else { return }
        let section = section(field, ConfigurationKey.Alerts.self)
        if let lifetime = duration(section[.lifetime], in: .seconds(60)...Duration.seconds(30 * 86_400)) {
            configuration.alerts.lifetime = lifetime
        }
        let classes = configuration.retry.classes.keys.sorted()
        if let name = choice(section[.retryClass], of: classes.map { ($0, $0) }) {
            configuration.alerts.retryClass = name
        }
        configuration.alerts.clients = names(
            section[.clients],
            of: configuration.clients.keys.sorted(),
            what: "client",
            atMost: Self.clientLimit
        )
        let sinks = section[.sinks].map { entries($0) } ?? []
        if sinks.count > Self.sinkLimit, let field = section[.sinks] {
            return report(field, "holds \(sinks.count) sinks; at most \(Self.sinkLimit) are allowed")
        }
        for entry in sinks {
            guard let field = section[.sinks] else { break }
            let child = child(entry, of: field)
            guard checkName(entry, in: field) else { continue }
            configuration.alerts.sinks[entry.key] = alertSink(child)
        }
        readRoutes(section[.routes], sinks: sinks.map(\.key), in: field)
    }

    private mutating func readRoutes(_ field: Field?, sinks: [String], in section: Field) {
        guard let field else {
            if !sinks.isEmpty {
                report(at: section.keyPosition, "alerts", "needs routes, which say what goes to which sink")
            }
            return
        }
        guard let items = list(field, atMost: Self.routeLimit, example: "[{to: [oncall]}]") else { return }
        if items.isEmpty { return report(field, "names no route; the last one takes what no other does") }
        for (index, item) in items.enumerated() {
            let item = Field(path: "\(field.path)[\(index)]", keyPosition: item.keyPosition, node: item.node)
            let route = self.section(item, ConfigurationKey.AlertRoute.self)
            let match = matches(route[.match])
            // A match that could not be read is a problem of its own.
            let isWithoutMatch = route[.match].map { $0.isMapping && entries($0).isEmpty } ?? true
            if route[.to] == nil, item.isMapping { report(item, "needs to") }
            let to = names(route[.to], of: sinks, what: "sink", atMost: Self.sinkLimit) ?? []
            let isLast = index == items.count - 1
            if isLast, !match.isEmpty {
                report(item, "the last route must have no match, or alerts that no route matches would be lost")
            } else if !isLast, match.isEmpty, item.isMapping, isWithoutMatch {
                report(item, "has no match and is not the last: no alert would reach the routes below it")
            }
            configuration.alerts.routes.append(AlertRouteConfiguration(match: match, sinks: to))
        }
    }

    private mutating func matches(_ field: Field?) -> [String: [String]] {
        guard let field else { return [:] }
        let entries = entries(field)
        if entries.count > Self.matchLimit {
            report(field, "has \(entries.count) labels; at most \(Self.matchLimit) are allowed")
            return [:]
        }
        var match: [String: [String]] = [:]
        for entry in entries {
            let child = child(entry, of: field)
            var values: [String] = []
            if case .sequence(let items) = child.node.content {
                if items.isEmpty { report(child, "names no value: no alert would match") }
                for item in list(child, atMost: Self.matchLimit, example: "[a, b]") ?? [] {
                    if let scalar = scalar(item) { values.append(scalar.text) }
                }
            } else if let scalar = scalar(child) {
                values = [scalar.text]
            }
            match[entry.key] = values
        }
        return match
    }

    /// A list of names that exist.
    mutating func names(_ field: Field?, of known: [String], what: String, atMost limit: Int) -> [String]? {
        guard let field, let items = list(field, atMost: limit, example: "[main]") else { return nil }
        if items.isEmpty { report(field, "names no \(what)") }
        var names: [String] = []
        for item in items {
            guard let name = scalar(item) else { continue }
            if names.contains(name.text) {
                report(item, "\(name.shown) is listed twice")
            } else if !known.contains(name.text) {
                let near = name.isShowable ? EditDistance.suggestion(for: name.text, among: known) : nil
                report(item, "there is no \(what) \(name.shown)" + (near.map { "; did you mean `\($0)`?" } ?? ""))
            } else {
                names.append(name.text)
            }
        }
        return names
    }
}
