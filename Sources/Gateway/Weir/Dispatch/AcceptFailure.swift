/// Why a message was not taken.
public enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// There is no app of its name.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
