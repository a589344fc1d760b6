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
        case .quota: reader.readQuotas(field, into: &values)
        case .acceptAppSecret: reader.set(&values.acceptAppSecret, reader.boolean(field))
        case .callback: values.callback = reader.callback(field)
        case .receipts: reader.read(field, ConfigurationKey.Receipts.self, into: &values.receipts)
        case .suppress: reader.read(field, ConfigurationKey.Suppress.self, into: &values.suppress)
        case .quietHours: values.quietHours = reader.quietHours(field)
        case .caps: values.caps = reader.caps(field)
        }
    }

    func shown(_ values: AppConfiguration) -> ShownValue {
        switch self {
        case .appid: .text(values.appID)
        case .secret: .secret(values.secret)
        case .secretFile: .nothing
        case .hosts: .text(ConfigurationSettings.bracketed(values.hosts))
        case .limits:
            .below { path in
                ConfigurationKey.Limits.settings(values, at: path)
                    + values.limits.sorted { $0.key < $1.key }.map {
                        Setting("\(path).\($0.key)", ConfigurationKey.Limit.line($0.value), needsRestart: needsRestart)
                    }
            }
        case .quota:
            .below { path in
                values.quotas.sorted { $0.key < $1.key }.map {
                    Setting("\(path).\($0.key)", ConfigurationKey.Quota.line($0.value), needsRestart: needsRestart)
                }
            }
        case .acceptAppSecret: .text("\(values.acceptAppSecret)")
        case .callback:
            .below { path in values.callback.map { ConfigurationKey.Callback.settings($0, at: path) } ?? [] }
        case .receipts: .below { ConfigurationKey.Receipts.settings(values.receipts, at: $0) }
        case .suppress: .below { ConfigurationKey.Suppress.settings(values.suppress, at: $0) }
        case .quietHours:
            .below { path in values.quietHours.map { ConfigurationKey.QuietHours.settings(.init($0), at: path) } ?? [] }
        case .caps: .text(ConfigurationSettings.bracketed(values.caps.map(ConfigurationKey.Cap.line)))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Callback: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout CallbackConfiguration) {
        switch self {
        case .path: reader.set(&values.path, reader.callbackPath(field))
        case .token: reader.set(&values.token, reader.callbackToken(field))
        case .aesKey: reader.set(&values.aesKeys, reader.aesKeys(field))
        case .mode: reader.set(&values.mode, reader.choice(field, of: Self.modes))
        }
    }

    private static let modes = CallbackAccount.Mode.allCases.map { ($0.rawValue, $0) }

    func shown(_ values: CallbackConfiguration) -> ShownValue {
        switch self {
        case .path: .text(values.path)
        case .token: .secret(values.token)
        case .aesKey: .secret(values.aesKeys.joined(separator: "\n"))
        case .mode: .text(values.mode.rawValue)
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Receipts: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout ReceiptConfiguration) {
        switch self {
        case .missingAfter:
            let range = Duration.seconds(1)...Duration.seconds(7 * 86_400)
            reader.set(&values.missingAfter, reader.duration(field, in: range))
        }
    }

    func shown(_ values: ReceiptConfiguration) -> ShownValue {
        switch self {
        case .missingAfter: .text(DurationText.format(values.missingAfter))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Limits: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AppConfiguration) {
        switch self {
        case .default: reader.set(&values.defaultLimit, reader.limit(field))
        }
    }

    func shown(_ values: AppConfiguration) -> ShownValue {
        switch self {
        case .default: .text(ConfigurationKey.Limit.line(values.defaultLimit))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Limit: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout RateLimit) {
        switch self {
        // With a burst of its own, which the next key replaces.
        case .rate: reader.set(&values, reader.rate(field))
        case .burst: reader.set(&values.burst, reader.integer(field, in: 1...1_000_000))
        }
    }

    func shown(_ values: RateLimit) -> ShownValue {
        switch self {
        case .rate: .text(RateText.format(values))
        case .burst: .text("\(values.burst)")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Quota: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout DailyQuota) {
        switch self {
        case .limit:
            reader.set(&values, reader.daily(field).map { DailyQuota(limit: $0, reserve: values.reserve) })
        case .reserve:
            let reserve = reader.share(field, from: 0, to: 1)
            reader.set(&values, reserve.map { DailyQuota(limit: values.limit, reserve: $0) })
        }
    }

    func shown(_ values: DailyQuota) -> ShownValue {
        switch self {
        case .limit: .text("\(values.limit)/d")
        case .reserve: .text("\(values.reserve)")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Client: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout ClientConfiguration) {
        switch self {
        case .key: values.keys = reader.keys(field)
        case .apps: values.apps = reader.appNames(field)
        case .apis: values.apis = reader.apis(field)
        case .rate: values.rate = reader.rate(field)
        case .weight: reader.set(&values.weight, reader.integer(field, in: 1...1000))
        case .priority: values.priority = reader.priority(field)
        case .maxPriority: reader.set(&values.maxPriority, reader.priority(field))
        case .retryClass: values.retryClass = reader.choice(field, of: reader.classNames)
        case .errorCodes: values.errorCodes = reader.errorCodes(field)
        // After `apps`, which the budgets keep to.
        case .budgets: values.budgets = reader.budgets(field, of: values)
        // After `apps` and `max_priority`, which the map keeps to.
        case .events: values.events = reader.events(field, of: values)
        case .callbacks: values.callbacks = reader.callbackPrefixes(field)
        case .callbackSecret: values.callbackSecret = reader.signingSecret(field)
        }
    }

    func shown(_ values: ClientConfiguration) -> ShownValue {
        switch self {
        case .key: .secret(values.keys.joined(separator: "\n"))
        case .apps: .text(values.apps.map(ConfigurationSettings.bracketed) ?? "all")
        case .apis: .text(ConfigurationSettings.bracketed(values.apis))
        case .rate: .text(values.rate.map(ConfigurationKey.Limit.line) ?? "none")
        case .weight: .text("\(values.weight)")
        case .priority: .text(values.priority?.name ?? "none")
        case .maxPriority: .text(values.maxPriority.name)
        case .retryClass: .text(values.retryClass ?? "none")
        case .errorCodes: .text(values.errorCodes?.rawValue ?? "none")
        case .budgets: .text(ConfigurationSettings.bracketed(values.budgets.map(ConfigurationKey.ClientBudget.line)))
        case .events: .below { path in values.events.map { ConfigurationKey.Events.settings($0, at: path) } ?? [] }
        case .callbacks: .text(ConfigurationSettings.bracketed(values.callbacks.map(\.text)))
        case .callbackSecret: values.callbackSecret.map { .secret($0) } ?? .text("none")
        }
    }

    var needsRestart: Bool { false }
}
