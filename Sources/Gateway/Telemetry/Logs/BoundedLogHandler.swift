public import Logging
public import Timekeeping

/// Hands on to another handler what a ``LogBudget`` admits; a line after some that were left out says in `left_out` how many.
public struct BoundedLogHandler: LogHandler {
    private var inner: any LogHandler
    private let budget = LogBudget()
    private let time: any TimeSource

    /// Bounds what `inner` gets.
    public init(_ inner: any LogHandler, time: any TimeSource = SystemTimeSource()) {
        self.inner = inner
        self.time = time
    }

    /// The other handler's.
    public var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    /// The other handler's.
    public var metadataProvider: Logger.MetadataProvider? {
        get { inner.metadataProvider }
        set { inner.metadataProvider = newValue }
    }

    /// The other handler's.
    public var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    /// The other handler's.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    /// Hands the line on, or leaves it out.
    public func log(event: LogEvent) {
        let leftOut = budget.admit(event.level, "\(event.message)", at: time.now())
        if let leftOut { write(event, leftOut: leftOut) }
    }

    /// Writes a line whose making costs something: it is made only where it will be written.
    func log(_ level: Logger.Level, _ text: String, _ make: () -> Logger.Metadata) {
        guard level >= inner.logLevel, let leftOut = budget.admit(level, text, at: time.now()) else { return }
        write(level, text, make(), leftOut: leftOut)
    }

    /// The same, where what belongs to the line must be waited for.
    func log(_ level: Logger.Level, _ text: String, later make: @escaping @Sendable () async -> Logger.Metadata) {
        guard level >= inner.logLevel, let leftOut = budget.admit(level, text, at: time.now()) else { return }
        Task(executorPreference: time.executor) { write(level, text, await make(), leftOut: leftOut) }
    }

    private func write(_ level: Logger.Level, _ text: String, _ metadata: Logger.Metadata, leftOut: Int) {
        let event = LogEvent(
            level: level,
            message: "\(text)",
            metadata: metadata,
            source: nil,
            file: #fileID,
            function: #function,
            line: #line
        )
        write(event, leftOut: leftOut)
    }

    private func write(_ event: LogEvent, leftOut: Int) {
        var event = event
        if leftOut > 0 { event.metadata = (event.metadata ?? [:]).merging(["left_out": .number(leftOut)]) { $1 } }
        inner.log(event: event)
    }
}

extension Logger {
    /// The same logger with every family of its lines bounded; itself where they are already.
    package func bounded(by time: any TimeSource) -> Logger {
        var bounded = self
        bounded.handler = handler.bounded(by: time)
        return bounded
    }
}

extension LogHandler {
    /// As the handler of ``Logger/bounded(by:)``.
    func bounded(by time: any TimeSource) -> BoundedLogHandler {
        self as? BoundedLogHandler ?? BoundedLogHandler(self, time: time)
    }
}

extension Logger.MetadataValue {
    /// A number, which a handler that knows of numbers writes as one.
    static func number(_ value: Int) -> Logger.MetadataValue { .stringConvertible(value) }

    /// Seconds to the millisecond.
    static func seconds(_ duration: Duration) -> Logger.MetadataValue {
        .stringConvertible(Double(duration.inMilliseconds) / 1000)
    }
}
