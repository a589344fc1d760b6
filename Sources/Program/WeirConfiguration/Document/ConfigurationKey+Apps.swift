import Queueing
import Resilience
import Weir

extension ConfigurationKey.App: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AppConfiguration) {
        switch self {
        case .appid: reader.set(&values.appID, reader.appID(field))
        // There may be one of the two: `readApp` knows which it is.
        case .secret, .secretFile: break
        case .hosts: reader.set(&values.hosts, reader.hosts(field))
        case .limits: reader.readLimits(field, into: &values)
        case .acceptAppSecret: reader.set(&values.acceptAppSecret, reader.boolean(field))
        }
    }

    func shown(_ values: AppConfiguration) -> ShownValue {
        switch self {
        case .appid: .text(values.appID)
        case .secret: .secret(values.secret)
        case .secretFile: .nothing
        case .hosts: .text(ConfigurationSettings.bracketed(values.hosts))
        case .limits: .below { ConfigurationSettings.limits(values, at: $0) }
        case .acceptAppSecret: .text("\(values.acceptAppSecret)")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Client: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout ClientConfiguration) {
        switch self {
        case .key: values.keys = reader.keys(field)
        case .apps: values.apps = reader.apps(field)
        case .apis: values.apis = reader.apis(field)
        case .rate: values.rate = reader.rate(field)
        case .priority: values.priority = reader.priority(field)
        case .maxPriority: reader.set(&values.maxPriority, reader.priority(field))
        case .retryClass: values.retryClass = reader.choice(field, of: reader.classNames)
        case .errorCodes: values.errorCodes = reader.errorCodes(field)
        }
    }

    func shown(_ values: ClientConfiguration) -> ShownValue {
        switch self {
        case .key: .secret(values.keys.joined(separator: "\n"))
        case .apps: .text(values.apps.map(ConfigurationSettings.bracketed) ?? "all")
        case .apis: .text(ConfigurationSettings.bracketed(values.apis))
        case .rate: .text(values.rate.map(ConfigurationSettings.text) ?? "none")
        case .priority: .text(values.priority?.name ?? "none")
        case .maxPriority: .text(values.maxPriority.name)
        case .retryClass: .text(values.retryClass ?? "none")
        case .errorCodes: .text(values.errorCodes?.rawValue ?? "none")
        }
    }

    var needsRestart: Bool { false }
}
