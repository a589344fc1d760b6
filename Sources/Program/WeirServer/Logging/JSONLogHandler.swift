import Foundation
import Logging
import Synchronization
import Timekeeping
import Weir

/// Writes a log record as one line of JSON to standard error.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let level: LogLevel
    /// Set on one logger: the shared level no longer counts for it.
    private var ownLevel: Logger.Level?
    private let time: any TimeSource
    private let sink: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - level: shared by all handlers, so that it can be changed while running.
    ///   - sink: takes whole lines.
    init(
        label: String,
        level: LogLevel,
        time: any TimeSource = SystemTimeSource(),
        sink: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        self.label = label
        self.level = level
        self.time = time
        self.sink = sink
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? level.value }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = LogLine()
        line.add("time", .string(time.timestamp().rfc3339))
        line.add("level", .string(event.level.rawValue))
        line.add("logger", .string(label))
        line.add("message", .string("\(event.message)"))
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line.add(key, value) }
        sink(line.bytes)
    }
}

extension Logger {
    /// A logger of the program's: lines of JSON, every family of them bounded.
    ///
    /// - Parameter sink: takes whole lines.
    static func json(
        _ label: String,
        level: LogLevel,
        sink: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) -> Logger {
        Logger(label: label) { BoundedLogHandler(JSONLogHandler(label: $0, level: level, sink: sink)) }
    }
}

/// Standard error, for logs and for what a command has to say to people.
enum StandardError {
    static let write: @Sendable ([UInt8]) -> Void = { line in
        // Nobody reads it any more: there is no place to report that to.
        try? FileHandle.standardError.write(contentsOf: Data(line))
    }

    static func print(_ text: String) {
        write(Array((text + "\n").utf8))
    }
}

/// The level in force for every logger of the process; a reload changes it.
final class LogLevel: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ level: Logger.Level) {
        self.level = Mutex(level)
    }

    var value: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}
