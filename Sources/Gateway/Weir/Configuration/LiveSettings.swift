import Queueing
import Synchronization

/// The configuration in force, and what is looked up in it. It never changes: a reload puts another one in its place. Whoever answers
/// a request reads it once, at the beginning, and goes by it to the end.
final class LiveSettings: Sendable {
    let configuration: GatewayConfiguration
    let directory: ClientDirectory

    init(_ configuration: GatewayConfiguration, slots: [String: AppSlot]) {
        self.configuration = configuration
        directory = ClientDirectory(configuration, slots: slots)
    }

    /// Where the settings of the moment are found.
    final class Holder: Sendable {
        private let settings: Mutex<LiveSettings>

        init(_ settings: LiveSettings) {
            self.settings = Mutex(settings)
        }

        var present: LiveSettings { settings.withLock { $0 } }

        /// What a caller's request goes by.
        func settings(of caller: Caller) -> LiveSettings { caller.settings ?? present }

        func replace(by settings: LiveSettings) {
            self.settings.withLock { $0 = settings }
        }
    }
}

extension DispatchSettings {
    /// What of the configuration concerns the dispatcher.
    init(_ configuration: GatewayConfiguration) {
        var policy = DispatchPolicy()
        policy.queue.capacity = configuration.queue.capacity
        policy.breaker = configuration.breaker
        policy.budget = configuration.retry.budget
        policy.maxInFlight = configuration.upstream.maxInFlight
        policy.attemptTimeout = configuration.upstream.timeout
        policy.relayTimeout = configuration.relay.timeout
        policy.mediaTimeout = configuration.relay.mediaTimeout
        self.init(
            policy: policy,
            classes: configuration.retry.classes,
            defaultClass: configuration.retry.defaultClass,
            maxWaiting: configuration.relay.maxWaiting,
            maxWaitingBytes: configuration.relay.maxWaitingBytes,
            connectTimeout: configuration.upstream.connectTimeout
        )
    }
}

extension AppLimits {
    init(_ configuration: AppConfiguration) {
        self.init(configuration.limits, others: configuration.defaultLimit)
    }
}
