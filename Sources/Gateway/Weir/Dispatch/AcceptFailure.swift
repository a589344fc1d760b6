/// Why a message was not taken.
public enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// Its app has just left the configuration.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
