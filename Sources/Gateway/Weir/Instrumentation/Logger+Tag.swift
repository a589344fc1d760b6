import Logging

extension Logger {
    /// The same logger with one more item of metadata.
    func tagged(_ key: String, _ value: String) -> Logger {
        var logger = self
        logger[metadataKey: key] = "\(value)"
        return logger
    }
}
