import Weir

extension ConfigurationKey.Subscriber: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout SubscriberConfiguration) {
        switch self {
        // Without these two there is nobody: `subscriber` reads them.
        case .url, .secret: break
        case .apps: values.apps = reader.appNames(field)
        case .events: reader.set(&values.events, reader.eventNames(field))
        case .format: reader.set(&values.format, reader.choice(field, of: Self.formats))
        }
    }

    private static let formats = SubscriberConfiguration.Format.allCases.map { ($0.rawValue, $0) }

    func shown(_ values: SubscriberConfiguration) -> ShownValue {
        switch self {
        // Its query may hold a secret.
        case .url: values.address.hasQuery ? .secret(values.address.text) : .text(values.address.text)
        case .secret: .secret(values.secret)
        case .apps: .text(values.apps.map(ConfigurationSettings.bracketed) ?? "all")
        case .events: .text(ConfigurationSettings.bracketed(values.events))
        case .format: .text(values.format.rawValue)
        }
    }

    var needsRestart: Bool { false }
}
