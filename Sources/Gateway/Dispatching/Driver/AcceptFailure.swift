package import WeirPorts

/// Why a message was not taken.
package enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// No app of its name is configured, or not any more.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
