import Logging
import OTLPTracing
import Synchronization
import Timekeeping

/// Says that spans are lost: once a minute, however many there are.
final class TraceComplaints: Sendable {
    private let logger: Logger
    private let last = Mutex<Instant?>(nil)

    init(logger: Logger) {
        self.logger = logger
    }

    func tell(_ reason: OTLPReport.Reason, at now: Instant) {
        let isDue = last.withLock { last in
            if let told = last, now - told < .seconds(60) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        logger.warning("spans are dropped on their way to the collector", metadata: ["reason": "\(reason.rawValue)"])
    }
}
