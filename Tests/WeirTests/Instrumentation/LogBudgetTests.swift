import Logging
import Resilience
import TestSupport
import Testing
import Timekeeping

@testable import Telemetry

/// The bound on every family of lines.
struct LogBudgetTests {
    private let captured = CapturedLog()
    private let time = ManualTimeSource()

    private var logger: Logger { captured.logger.bounded(by: time) }
    private var lines: [Substring] { captured.text.split(separator: "\n") }

    @Test func `a family that nobody has named is cut to a bounded number of lines, and tells what was left out`() {
        let logger = logger
        for number in 0..<1000 { logger.warning("something new of a library", metadata: ["number": "\(number)"]) }
        #expect(lines.count == LogBudget.limit.burst)
        time.advance(by: .seconds(1))
        logger.warning("something new of a library")
        #expect(lines.last == "warning something new of a library left_out=\(1000 - LogBudget.limit.burst)")
        logger.warning("something new of a library")
        #expect(lines.last == "warning something new of a library ")
    }

    @Test func `one family's flood hides no other line, nor the same words at another level`() {
        let logger = logger
        for _ in 0..<1000 { logger.info("request") }
        logger.info("message failed")
        logger.error("request")
        #expect(lines.suffix(2) == ["info message failed ", "error request "])
    }

    @Test func `texts that are all different are one family once they are too many`() {
        let logger = logger
        for number in 0..<10_000 { logger.notice("text \(number)") }
        #expect(lines.count == LogBudget.mostFamilies + LogBudget.limit.burst)
        let long = String(repeating: "x", count: LogBudget.longestText)
        let before = lines.count
        for number in 0..<1000 { logger.critical("\(long) \(number)") }
        #expect(lines.count - before == LogBudget.limit.burst)
    }

    @Test func `below info there is more room, and an end too`() {
        let logger = logger
        for _ in 0..<(LogBudget.limitBelowInfo.burst * 2) { logger.debug("request") }
        #expect(lines.count == LogBudget.limitBelowInfo.burst)
    }

    @Test func `a logger is bounded once, and copies share the bound`() {
        let one = logger
        var other = one.bounded(by: time)
        other[metadataKey: "part"] = "b"
        for _ in 0..<LogBudget.limit.burst {
            one.info("request")
            other.info("request")
        }
        #expect(lines.count == LogBudget.limit.burst)
    }
}
