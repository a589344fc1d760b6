import Addressing
import Queueing
import Resilience
import Weir

extension ConfigurationKey.Server: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout ServerConfiguration) {
        switch self {
        case .api: reader.set(&values.api, reader.listenAddress(field))
        case .admin: reader.set(&values.admin, reader.listenAddress(field))
        case .callback: values.callback = reader.listenAddress(field)
        case .adminKey: values.adminKey = reader.key(field)
        }
    }

    func shown(_ values: ServerConfiguration) -> ShownValue {
        switch self {
        case .api: .text("\(values.api)")
        case .admin: .text("\(values.admin)")
        case .callback: .text(values.callback.map { "\($0)" } ?? "none")
        case .adminKey: values.adminKey.map { .secret($0) } ?? .text("none")
        }
    }

    var needsRestart: Bool { self != .adminKey }
}

extension ConfigurationKey.Storage: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout StorageConfiguration) {
        switch self {
        case .path: reader.set(&values.path, reader.folderPath(field))
        case .keep: reader.read(field, ConfigurationKey.Keep.self, into: &values.keep)
        }
    }

    func shown(_ values: StorageConfiguration) -> ShownValue {
        switch self {
        case .path: .text(values.path)
        case .keep: .below { ConfigurationKey.Keep.settings(values.keep, at: $0) }
        }
    }

    var needsRestart: Bool { self == .path }
}

extension ConfigurationKey.Keep: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout Retention) {
        let range = Duration.zero...Duration.seconds(3650 * 86_400)
        switch self {
        case .bodies: reader.set(&values.bodies, reader.duration(field, in: range))
        case .sent: reader.set(&values.sent, reader.duration(field, in: range))
        case .failed: reader.set(&values.failed, reader.duration(field, in: range))
        case .dead: reader.set(&values.dead, reader.duration(field, in: range))
        case .audit: reader.set(&values.audit, reader.duration(field, in: range))
        }
    }

    func shown(_ values: Retention) -> ShownValue {
        switch self {
        case .bodies: .text(DurationText.format(values.bodies))
        case .sent: .text(DurationText.format(values.sent))
        case .failed: .text(DurationText.format(values.failed))
        case .dead: .text(DurationText.format(values.dead))
        case .audit: .text(DurationText.format(values.audit))
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Log: SectionKey {
    private static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    func read(_ field: Field, by reader: inout DocumentReader, into values: inout LogConfiguration) {
        switch self {
        case .level: reader.set(&values.level, reader.choice(field, of: Self.levels.map { ($0, $0) }))
        }
    }

    func shown(_ values: LogConfiguration) -> ShownValue {
        switch self {
        case .level: .text(values.level)
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Tracing: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout TracingConfiguration) {
        switch self {
        case .endpoint: values.endpoint = reader.endpoint(field)
        case .headers: values.headers = reader.headers(field)
        case .compression:
            reader.set(&values.compression, reader.choice(field, of: Self.compressions))
        case .ratio: reader.set(&values.ratio, reader.share(field, from: 0, to: 1))
        case .failures: reader.set(&values.failures, reader.failures(field))
        case .resource: values.resource = reader.resource(field)
        }
    }

    private static let compressions = TracingConfiguration.Compression.allCases.map { ($0.rawValue, $0) }

    func shown(_ values: TracingConfiguration) -> ShownValue {
        switch self {
        case .endpoint: .text(values.endpoint ?? "none")
        case .headers:
            .below { path in
                values.headers.sorted { $0.key < $1.key }
                    .map { Setting("\(path).\($0.key)", secret: $0.value, needsRestart: needsRestart) }
            }
        case .compression: .text((values.compression ?? .gzip).rawValue)
        case .ratio: .text("\(values.ratio ?? TracingConfiguration.usualRatio)")
        case .failures: .text(values.failures.map(RateText.format) ?? "none")
        case .resource:
            .below { path in
                values.resource.sorted { $0.key < $1.key }
                    .map { Setting("\(path).\($0.key)", $0.value, needsRestart: needsRestart) }
            }
        }
    }

    var needsRestart: Bool { true }
}
