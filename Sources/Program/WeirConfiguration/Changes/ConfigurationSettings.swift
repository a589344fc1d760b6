import Queueing
import Resilience
import Weir

/// A configuration as a flat list of values, in the order of `docs/configuration.md`.
enum ConfigurationSettings {
    /// Values that are looked at only when the process starts. `docs/configuration.md` marks the same ones.
    static func needsRestart(_ key: String) -> Bool {
        let fixed = ["server.api", "server.admin", "storage.path", "upstream.proxy", "upstream.ca_file"]
        return fixed.contains(key) || key.hasPrefix("tracing.")
    }

    static func list(_ configuration: GatewayConfiguration) -> [Setting] {
        var settings = general(configuration)
        for (name, app) in configuration.apps.sorted(by: { $0.key < $1.key }) {
            settings += list(app, at: "apps.\(name)")
        }
        for (name, client) in configuration.clients.sorted(by: { $0.key < $1.key }) {
            settings += list(client, at: "clients.\(name)")
        }
        settings += list(configuration.breaker)
        settings += list(configuration.retry)
        return settings + limits(configuration) + list(configuration.tracing)
            + list(configuration.alerts)
    }

    private static func general(_ configuration: GatewayConfiguration) -> [Setting] {
        let (server, storage) = (configuration.server, configuration.storage)
        return [
            Setting("server.api", "\(server.api)"),
            Setting("server.admin", "\(server.admin)"),
            server.adminKey.map { Setting("server.admin_key", secret: $0) } ?? Setting("server.admin_key", "none"),
            Setting("storage.path", storage.path),
            Setting("storage.keep.bodies", DurationText.format(storage.keep.bodies)),
            Setting("storage.keep.sent", DurationText.format(storage.keep.sent)),
            Setting("storage.keep.failed", DurationText.format(storage.keep.failed)),
            Setting("storage.keep.dead", DurationText.format(storage.keep.dead)),
        ]
    }

    private static func list(_ app: AppConfiguration, at path: String) -> [Setting] {
        var settings = [
            Setting("\(path).appid", app.appID),
            Setting("\(path).secret", secret: app.secret),
            Setting("\(path).hosts", bracketed(app.hosts)),
            Setting("\(path).limits.default", text(app.defaultLimit)),
            Setting("\(path).accept_app_secret", "\(app.acceptAppSecret)"),
        ]
        for (api, limit) in app.limits.sorted(by: { $0.key < $1.key }) {
            settings.append(Setting("\(path).limits.\(api)", text(limit)))
        }
        return settings
    }

    private static func list(_ client: ClientConfiguration, at path: String) -> [Setting] {
        [
            Setting("\(path).key", secret: client.keys.joined(separator: "\n")),
            Setting("\(path).apps", client.apps.map(bracketed) ?? "all"),
            Setting("\(path).apis", bracketed(client.apis)),
            Setting("\(path).rate", client.rate.map(text) ?? "none"),
            Setting("\(path).priority", client.priority?.name ?? "none"),
            Setting("\(path).max_priority", client.maxPriority.name),
            Setting("\(path).retry_class", client.retryClass ?? "none"),
            Setting("\(path).errcodes", client.errorCodes?.rawValue ?? "none"),
        ]
    }

    private static func list(_ breaker: BreakerConfiguration) -> [Setting] {
        [
            Setting("breaker.window", DurationText.format(breaker.window)),
            Setting("breaker.minimum_calls", "\(breaker.minimumCalls)"),
            Setting("breaker.failure_rate", "\(breaker.failureRate)"),
            Setting("breaker.slow_call", DurationText.format(breaker.slowCall)),
            Setting("breaker.slow_call_rate", "\(breaker.slowCallRate)"),
            Setting("breaker.open", DurationText.format(breaker.open)),
            Setting("breaker.open_max", DurationText.format(breaker.openMax)),
            Setting("breaker.probes", "\(breaker.probes)"),
        ]
    }

    private static func list(_ retry: RetryConfiguration) -> [Setting] {
        var settings = [
            Setting("retry.default", retry.defaultClass),
            Setting("retry.budget.ratio", "\(retry.budget.ratio)"),
            Setting("retry.budget.floor", RateText.format(retry.budget.floor)),
        ]
        for (name, policy) in retry.classes.sorted(by: { $0.key < $1.key }) {
            settings += [
                Setting("retry.\(name).attempts", "\(policy.fastAttempts)"),
                Setting("retry.\(name).backoff", DurationText.format(policy.backoff.base)),
                Setting("retry.\(name).backoff_max", DurationText.format(policy.backoff.cap)),
                Setting("retry.\(name).ladder", bracketed(policy.ladder.map(DurationText.format))),
                Setting("retry.\(name).then_every", policy.thereafter.map(DurationText.format) ?? "none"),
                Setting("retry.\(name).ladder_jitter", "\(policy.ladderJitter)"),
                Setting("retry.\(name).max_age", policy.maxAge.map(DurationText.format) ?? "none"),
                Setting("retry.\(name).lifetime", policy.lifetime.map(DurationText.format) ?? "none"),
            ]
        }
        return settings
    }

    private static func limits(_ configuration: GatewayConfiguration) -> [Setting] {
        let (relay, upstream) = (configuration.relay, configuration.upstream)
        return [
            Setting("queue.capacity", "\(configuration.queue.capacity)"),
            Setting("relay.foreign_tokens", relay.foreignTokens.rawValue),
            Setting("relay.errcodes", relay.errorCodes.rawValue),
            Setting("relay.timeout", DurationText.format(relay.timeout)),
            Setting("relay.media_timeout", DurationText.format(relay.mediaTimeout)),
            Setting("relay.max_waiting", "\(relay.maxWaiting)"),
            Setting("relay.max_waiting_bytes", ByteCountText.format(relay.maxWaitingBytes)),
            Setting("upstream.max_in_flight", "\(upstream.maxInFlight)"),
            Setting("upstream.timeout", DurationText.format(upstream.timeout)),
            Setting("upstream.connect_timeout", DurationText.format(upstream.connectTimeout)),
            Setting("upstream.proxy", upstream.proxy ?? "none"),
            Setting("upstream.ca_file", upstream.caFile ?? "none"),
            Setting("log.level", configuration.log.level),
        ]
    }

    private static func list(_ tracing: TracingConfiguration) -> [Setting] {
        var settings = [Setting("tracing.endpoint", tracing.endpoint ?? "none")]
        for (name, value) in tracing.headers.sorted(by: { $0.key < $1.key }) {
            settings.append(Setting("tracing.headers.\(name)", secret: value))
        }
        return settings + [Setting("tracing.ratio", "\(tracing.ratio)")]
    }

    static func text(_ limit: RateLimit) -> String {
        "{rate: \(RateText.format(limit)), burst: \(limit.burst)}"
    }

    static func bracketed(_ items: [String]) -> String {
        "[\(items.joined(separator: ", "))]"
    }
}
