import Logging
import SQLiteJournal
import Synchronization
import Timekeeping
import Weir

/// The first line of a process's life and the last.
final class LifeLog: Sendable {
    private let logger: Logger
    private let time: any TimeSource
    private let began: Instant
    /// What asked for the end.
    private let occasion = Mutex<String?>(nil)

    init(logger: Logger, time: any TimeSource) {
        self.logger = logger
        self.time = time
        began = time.now()
    }

    /// - Parameter file: where the configuration came from.
    func begins(_ configuration: GatewayConfiguration, file: String?, lastEnd: JournalLastEnd) {
        var metadata: Logger.Metadata = [
            "version": "\(Version.current)", "config": "\(file ?? "none")",
            "apps": .stringConvertible(configuration.apps.count),
            "clients": .stringConvertible(configuration.clients.count),
            "storage": "\(configuration.storage.path)", "last_end": "\(lastEnd.label)",
        ]
        if let at = lastEnd.at {
            metadata["last_end_at"] = "\(at.rfc3339)"
            metadata["seconds_since"] = .stringConvertible(Double((time.timestamp() - at).inMilliseconds) / 1000)
        }
        if case .unclean = lastEnd {
            logger.warning("weir starts", metadata: metadata)
        } else {
            logger.notice("weir starts", metadata: metadata)
        }
    }

    /// Somebody wants the process to end.
    func isAsked(by occasion: String) {
        self.occasion.withLock { $0 = $0 ?? occasion }
    }

    /// - Parameters:
    ///   - drain: what was left; `nil` where it did not come to that.
    ///   - hasFailed: whether it ends because something failed.
    func ends(_ drain: Gateway.Drainage?, hasFailed: Bool) {
        let isClean = !hasFailed && drain?.inFlight == 0
        var metadata: Logger.Metadata = [
            "reason": hasFailed ? "failure" : "\(occasion.withLock { $0 } ?? "the program")",
            "clean": .stringConvertible(isClean), "uptime_seconds": .stringConvertible((time.now() - began).inSeconds),
        ]
        if let drain {
            metadata["drain_seconds"] = .stringConvertible(drain.took.inSeconds)
            metadata["messages_left"] = .stringConvertible(drain.messagesLeft)
            metadata["in_flight"] = .stringConvertible(drain.inFlight)
        }
        if isClean {
            logger.notice("weir ends", metadata: metadata)
        } else {
            logger.warning("weir ends", metadata: metadata)
        }
    }
}

extension JournalLastEnd {
    fileprivate var label: String {
        switch self {
        case .none: "none"
        case .clean: "clean"
        case .unclean: "unclean"
        case .unknown: "unknown"
        }
    }

    /// When it was, or when the journal was written last before it.
    fileprivate var at: Timestamp? {
        switch self {
        case .clean(let at): at
        case .unclean(let lastWrite): lastWrite
        case .none, .unknown: nil
        }
    }
}
