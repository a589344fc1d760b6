package import Dispatching
package import Settings
import Synchronization

/// The configuration in force, and what is looked up in it. It never changes: a reload puts another one in its place. Whoever answers
/// a request reads it once, at the beginning, and goes by it to the end.
package final class LiveSettings: Sendable {
    package let configuration: GatewayConfiguration
    package let directory: ClientDirectory

    package init(_ configuration: GatewayConfiguration, slots: [String: AppSlot]) {
        self.configuration = configuration
        directory = ClientDirectory(configuration, slots: slots)
    }

    /// Where the settings of the moment are found.
    package final class Holder: Sendable {
        private let settings: Mutex<LiveSettings>

        package init(_ settings: LiveSettings) {
            self.settings = Mutex(settings)
        }

        package var present: LiveSettings { settings.withLock { $0 } }

        /// What a caller's request goes by.
        package func settings(of caller: Caller) -> LiveSettings { caller.settings ?? present }

        package func replace(by settings: LiveSettings) {
            self.settings.withLock { $0 = settings }
        }
    }
}
