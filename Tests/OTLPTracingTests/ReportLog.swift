import OTLPTracing
import Synchronization

/// What an exporter told.
final class ReportLog: Sendable {
    private let reports = Mutex<[OTLPReport]>([])

    var all: [OTLPReport] { reports.withLock { $0 } }

    func add(_ report: OTLPReport) {
        reports.withLock { $0.append(report) }
    }
}
