import Weir

extension DocumentReader {
    /// Sinks of alerts; each has metric series of its own, and a robot a lane and a breaker.
    static let sinkLimit = 50
    /// Rules of where alerts go.
    static let routeLimit = 200
    /// Labels of one rule, and values of one label.
    static let matchLimit = 50

    mutating func readAlerts(_ field: Field?) {
        let section = read(field, ConfigurationKey.Alerts.self, of: \.alerts)
        if section[.routes] == nil, !configuration.alerts.sinks.isEmpty {
            report(at: section.keyPosition, section.path, "needs routes, which say what goes to which sink")
        }
    }

    mutating func sinks(_ field: Field) -> [String: AlertSinkConfiguration] {
        let entries = entries(field)
        let isFew = entries.count <= Self.sinkLimit
        if !isFew { report(field, "holds \(entries.count) sinks; at most \(Self.sinkLimit) are allowed") }
        var sinks: [String: AlertSinkConfiguration] = [:]
        for entry in entries {
            let child = child(entry, of: field)
            let sink = isFew && checkName(entry, in: field) ? sink(child) : nil
            // One with a problem counts as well: a route that names it has none.
            sinks[entry.key] = sink ?? .empty(.custom)
        }
        return sinks
    }

    mutating func routes(_ field: Field) -> [AlertRouteConfiguration] {
        guard let items = list(field, atMost: Self.routeLimit, example: "[{to: [oncall]}]") else { return [] }
        if items.isEmpty { report(field, "names no route; the last one takes what no other does") }
        var routes: [AlertRouteConfiguration] = []
        for (index, item) in items.enumerated() {
            let item = Field(path: "\(field.path)[\(index)]", keyPosition: item.keyPosition, node: item.node)
            var route = AlertRouteConfiguration(sinks: [])
            let section = read(item, ConfigurationKey.AlertRoute.self, into: &route)
            // A match that could not be read is a problem of its own.
            let isWithoutMatch = section[.match].map { $0.isMapping && entries($0).isEmpty } ?? true
            if section[.to] == nil, item.isMapping { report(item, "needs to") }
            let isLast = index == items.count - 1
            if isLast, !route.match.isEmpty {
                report(item, "the last route must have no match, or alerts that no route matches would be lost")
            } else if !isLast, route.match.isEmpty, item.isMapping, isWithoutMatch {
                report(item, "has no match and is not the last: no alert would reach the routes below it")
            }
            routes.append(route)
        }
        return routes
    }

    mutating func match(_ field: Field) -> [String: [String]] {
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
}
