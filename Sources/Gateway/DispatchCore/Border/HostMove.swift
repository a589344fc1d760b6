/// Calls of an app go to another of its hosts from now on.
package struct HostMove: Equatable, Sendable {
    /// The app's name in the configuration.
    package var app: String
    /// The group of apis whose calls they are, such as `message`.
    package var group: String
    /// Scheme and authority of where they went.
    package var from: String
    /// The same of where they go.
    package var to: String
    /// Whether that is the preferred host.
    package var isReturn: Bool
}
