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
