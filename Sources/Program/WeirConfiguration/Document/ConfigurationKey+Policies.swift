import Resilience
import Weir

extension ConfigurationKey.Breaker: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout BreakerConfiguration) {
        let open = Duration.milliseconds(100)...Duration.seconds(86_400)
        switch self {
        case .window: reader.set(&values.window, reader.duration(field, in: .seconds(1)...Duration.seconds(3600)))
        case .minimumCalls: reader.set(&values.minimumCalls, reader.integer(field, in: 1...1_000_000))
        case .failureRate: reader.set(&values.failureRate, reader.share(field, from: 0, inclusive: false, to: 1))
        case .consecutiveFailures:
            reader.set(&values.consecutiveFailures, reader.integer(field, in: 0...1_000_000))
        case .slowCall:
            reader.set(&values.slowCall, reader.duration(field, in: .milliseconds(1)...Duration.seconds(600)))
        case .slowCallRate: reader.set(&values.slowCallRate, reader.share(field, from: 0, inclusive: false, to: 1))
        case .open: reader.set(&values.open, reader.duration(field, in: open))
        case .openMax: reader.set(&values.openMax, reader.duration(field, in: open))
        case .probes: reader.set(&values.probes, reader.integer(field, in: 1...CircuitBreakerPolicy.maxProbes))
        }
    }

    func shown(_ values: BreakerConfiguration) -> ShownValue {
        switch self {
        case .window: .text(DurationText.format(values.window))
        case .minimumCalls: .text("\(values.minimumCalls)")
        case .failureRate: .text("\(values.failureRate)")
        case .consecutiveFailures: .text("\(values.consecutiveFailures)")
        case .slowCall: .text(DurationText.format(values.slowCall))
        case .slowCallRate: .text("\(values.slowCallRate)")
        case .open: .text(DurationText.format(values.open))
        case .openMax: .text(DurationText.format(values.openMax))
        case .probes: .text("\(values.probes)")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Queue: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout QueueConfiguration) {
        switch self {
        case .capacity: reader.set(&values.capacity, reader.integer(field, in: 1...10_000_000))
        }
    }

    func shown(_ values: QueueConfiguration) -> ShownValue {
        switch self {
        case .capacity: .text("\(values.capacity)")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Relay: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout RelayConfiguration) {
        let range = Duration.milliseconds(100)...Duration.seconds(600)
        let tokens = RelayConfiguration.ForeignTokens.allCases.map { ($0.rawValue, $0) }
        switch self {
        case .foreignTokens: reader.set(&values.foreignTokens, reader.choice(field, of: tokens))
        case .errorCodes: reader.set(&values.errorCodes, reader.errorCodes(field))
        case .timeout: reader.set(&values.timeout, reader.duration(field, in: range))
        case .mediaTimeout: reader.set(&values.mediaTimeout, reader.duration(field, in: range))
        case .maxWaiting: reader.set(&values.maxWaiting, reader.integer(field, in: 1...1_000_000))
        case .maxWaitingBytes: reader.set(&values.maxWaitingBytes, reader.byteCount(field, in: 1 << 20...1 << 36))
        }
    }

    func shown(_ values: RelayConfiguration) -> ShownValue {
        switch self {
        case .foreignTokens: .text(values.foreignTokens.rawValue)
        case .errorCodes: .text(values.errorCodes.rawValue)
        case .timeout: .text(DurationText.format(values.timeout))
        case .mediaTimeout: .text(DurationText.format(values.mediaTimeout))
        case .maxWaiting: .text("\(values.maxWaiting)")
        case .maxWaitingBytes: .text(ByteCountText.format(values.maxWaitingBytes))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Upstream: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout UpstreamConfiguration) {
        switch self {
        case .maxInFlight: reader.set(&values.maxInFlight, reader.integer(field, in: 1...10_000))
        case .timeout:
            reader.set(&values.timeout, reader.duration(field, in: .milliseconds(100)...Duration.seconds(600)))
        case .connectTimeout:
            reader.set(&values.connectTimeout, reader.duration(field, in: .milliseconds(10)...Duration.seconds(60)))
        case .proxy: values.proxy = reader.proxy(field)
        case .caFile: values.caFile = reader.certificatesFile(field)
        }
    }

    func shown(_ values: UpstreamConfiguration) -> ShownValue {
        switch self {
        case .maxInFlight: .text("\(values.maxInFlight)")
        case .timeout: .text(DurationText.format(values.timeout))
        case .connectTimeout: .text(DurationText.format(values.connectTimeout))
        case .proxy: .text(values.proxy ?? "none")
        case .caFile: .text(values.caFile ?? "none")
        }
    }

    var needsRestart: Bool { self == .proxy || self == .caFile }
}

extension ConfigurationKey.Retry: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout RetryConfiguration) {
        switch self {
        case .default: reader.set(&values.defaultClass, reader.choice(field, of: reader.classNames))
        case .budget: reader.read(field, ConfigurationKey.Budget.self, into: &values.budget)
        }
    }

    func shown(_ values: RetryConfiguration) -> ShownValue {
        switch self {
        case .default: .text(values.defaultClass)
        case .budget: .below { ConfigurationKey.Budget.settings(values.budget, at: $0) }
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.RetryClass: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout RetryPolicy) {
        let hour = Duration.milliseconds(1)...Duration.seconds(3600)
        let month = Duration.seconds(1)...Duration.seconds(30 * 86_400)
        let year = Duration.seconds(1)...Duration.seconds(365 * 86_400)
        switch self {
        case .attempts: reader.set(&values.fastAttempts, reader.integer(field, in: 1...20))
        case .backoff: reader.set(&values.backoff.base, reader.duration(field, in: hour))
        case .backoffMax: reader.set(&values.backoff.cap, reader.duration(field, in: hour))
        case .ladder: reader.set(&values.ladder, reader.ladder(field, in: month))
        case .thenEvery: reader.set(&values.thereafter, reader.optionalDuration(field, in: month))
        case .ladderJitter: reader.set(&values.ladderJitter, reader.share(field, from: 0, to: 0.9))
        case .maxAge: reader.set(&values.maxAge, reader.optionalDuration(field, in: year))
        case .lifetime: reader.set(&values.lifetime, reader.optionalDuration(field, in: year))
        }
    }

    func shown(_ values: RetryPolicy) -> ShownValue {
        switch self {
        case .attempts: .text("\(values.fastAttempts)")
        case .backoff: .text(DurationText.format(values.backoff.base))
        case .backoffMax: .text(DurationText.format(values.backoff.cap))
        case .ladder: .text(ConfigurationSettings.bracketed(values.ladder.map(DurationText.format)))
        case .thenEvery: .text(values.thereafter.map(DurationText.format) ?? "none")
        case .ladderJitter: .text("\(values.ladderJitter)")
        case .maxAge: .text(values.maxAge.map(DurationText.format) ?? "none")
        case .lifetime: .text(values.lifetime.map(DurationText.format) ?? "none")
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Budget: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout RetryBudgetPolicy) {
        switch self {
        case .ratio: reader.set(&values.ratio, reader.share(field, from: 0, to: 1))
        case .floor: reader.set(&values.floor, reader.rate(field))
        }
    }

    func shown(_ values: RetryBudgetPolicy) -> ShownValue {
        switch self {
        case .ratio: .text("\(values.ratio)")
        case .floor: .text(RateText.format(values.floor))
        }
    }

    var needsRestart: Bool { false }
}
