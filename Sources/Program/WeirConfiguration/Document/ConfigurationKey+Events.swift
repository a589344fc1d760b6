import Queueing
import WeChat
import Weir

extension ConfigurationKey.Events: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout EventConfiguration) {
        switch self {
        case .secret: values.secrets = reader.keys(field)
        // `events` reads it: what it may say depends on the client.
        case .map: break
        }
    }

    func shown(_ values: EventConfiguration) -> ShownValue {
        switch self {
        case .secret: .secret(values.secrets.joined(separator: "\n"))
        case .map: .below { path in ConfigurationKey.EventRule.settings(values.map, at: path) }
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.EventRule: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout EventRule) {
        guard types.contains(values.type) else { return reader.reportStray(field, in: values) }
        switch self {
        // `rule` has read them: the one says which other keys there are, the other what the client may use.
        case .type, .app: break
        case .templateID: reader.set(&values.templateID, reader.scalar(field)?.text)
        case .to: reader.set(&values.to, reader.eventTemplate(field))
        case .priority: values.priority = reader.priority(field)
        case .retryClass: values.retryClass = reader.choice(field, of: reader.classNames)
        case .data: values.data = reader.eventData(field)
        case .url: values.url = reader.eventTemplate(field)
        case .page: values.page = reader.eventTemplate(field)
        case .text: values.text = reader.eventTemplate(field)
        }
    }

    func shown(_ values: EventRule) -> ShownValue {
        guard types.contains(values.type) else { return .nothing }
        return switch self {
        case .app: .text(values.app)
        case .type: .text(values.type.rawValue)
        case .templateID: .text(values.templateID)
        // May be an openid.
        case .to: .secret(values.to.source)
        case .priority: .text(values.priority?.name ?? "none")
        case .retryClass: .text(values.retryClass ?? "none")
        case .data:
            .text(ConfigurationSettings.bracketed(values.data.map { "\($0.name): \($0.value.source)" }))
        case .url: .text(values.url?.source ?? "none")
        case .page: .text(values.page?.source ?? "none")
        case .text: .text(values.text?.source ?? "none")
        }
    }

    var needsRestart: Bool { false }

    /// The types of message that have it. `docs/configuration.md` names the same ones.
    var types: [MessageType] {
        switch self {
        case .app, .type, .to, .priority, .retryClass: EventRule.types
        case .templateID, .data: [.template, .subscribe, .miniProgram]
        case .url: [.template]
        case .page: [.subscribe, .miniProgram]
        case .text: [.custom]
        }
    }

    /// Whether a message of a type that has it must have it.
    var isRequired: Bool {
        switch self {
        case .app, .type, .templateID, .to, .data, .text: true
        case .priority, .retryClass, .url, .page: false
        }
    }
}
