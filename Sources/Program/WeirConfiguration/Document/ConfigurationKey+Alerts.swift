import Weir

extension ConfigurationKey.Alerts: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AlertConfiguration) {
        let lifetimes = Duration.seconds(60)...Duration.seconds(30 * 86_400)
        switch self {
        case .clients:
            values.clients = reader.names(
                field,
                of: reader.configuration.clients,
                what: "client",
                atMost: DocumentReader.clientLimit
            )
        case .sinks: values.sinks = reader.sinks(field)
        // After the sinks, which they name.
        case .routes: values.routes = reader.routes(field)
        case .retryClass: reader.set(&values.retryClass, reader.choice(field, of: reader.classNames))
        case .lifetime: reader.set(&values.lifetime, reader.duration(field, in: lifetimes))
        }
    }

    func shown(_ values: AlertConfiguration) -> ShownValue {
        switch self {
        case .clients: .text(values.clients.map(ConfigurationSettings.bracketed) ?? "all")
        case .sinks: .below { ConfigurationKey.AlertSink.settings(values.sinks, at: $0) }
        case .routes: .text(ConfigurationSettings.bracketed(values.routes.map(ConfigurationKey.AlertRoute.line)))
        case .retryClass: .text(values.retryClass)
        case .lifetime: .text(DurationText.format(values.lifetime))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.AlertRoute: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AlertRouteConfiguration) {
        switch self {
        case .match: values.match = reader.match(field)
        case .to:
            let sinks = reader.configuration.alerts.sinks
            reader.set(&values.sinks, reader.names(field, of: sinks, what: "sink", atMost: DocumentReader.sinkLimit))
        }
    }

    func shown(_ values: AlertRouteConfiguration) -> ShownValue {
        switch self {
        case .match:
            .text(
                "{"
                    + values.match.sorted { $0.key < $1.key }
                    .map { "\($0.key): \(ConfigurationSettings.bracketed($0.value))" }.joined(separator: ", ") + "}"
            )
        case .to: .text(ConfigurationSettings.bracketed(values.sinks))
        }
    }

    var needsRestart: Bool { false }
}
