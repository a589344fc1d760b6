internal import Logging

/// Passes on what a server has to say, but for what it says while it is being cancelled: an end that was asked for is no trouble.
struct CancellableLogHandler: LogHandler {
    private let base: Logger
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    init(_ base: Logger, atLeast level: Logger.Level) {
        self.base = base
        logLevel = max(base.logLevel, level)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard !Task.isCancelled else { return }
        base.log(level: event.level, event.message, metadata: metadata.merging(event.metadata ?? [:]) { $1 })
    }
}
