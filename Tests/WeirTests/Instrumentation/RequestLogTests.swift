import Logging
import Resilience
import Testing
import Timekeeping

@testable import Dispatching
@testable import Telemetry
@testable import Weir

struct RequestLogTests {
    private let captured = CapturedLog()

    private func log(_ level: Logger.Level) -> RequestLog {
        var logger = captured.logger
        logger.logLevel = level
        return RequestLog(logger: logger, at: .zero)
    }

    private func write(_ log: RequestLog, isFailure: Bool = false, status: Int = 200, at now: Instant = .zero) {
        let trace = RequestTrace.test()
        trace.note { facts in
            facts.client = "orders"
            facts.outcome = isFailure ? "990001" : "accepted"
            facts.isFailure = isFailure
        }
        log.write(trace, route: "relay", method: "POST", status: status, took: .milliseconds(7), at: now)
    }

    private var lines: [Substring] { captured.text.split(separator: "\n") }

    @Test(arguments: [
        (Logger.Level.debug, false, 200, "debug"), (.debug, true, 200, "info"), (.info, false, 200, ""),
        (.info, true, 200, "info"), (.info, false, 503, "info"), (.notice, true, 503, ""),
    ])
    func `a request is one line, at info where it went wrong`(
        _ level: Logger.Level,
        _ isFailure: Bool,
        _ status: Int,
        _ written: String
    ) {
        write(log(level), isFailure: isFailure, status: status)
        #expect(lines.count == (written.isEmpty ? 0 : 1))
        if !written.isEmpty { #expect(captured.text.hasPrefix("\(written) request ")) }
    }

    @Test func `the line has the trace, the client and the outcome`() {
        write(log(.debug))
        for part in ["trace_id=\(RequestTrace.testID)", "client=orders", "outcome=accepted", "took_ms=7", "status=200"]
        {
            #expect(captured.text.contains(part))
        }
    }

    @Test func `a flood of failures is cut to a bounded number of lines, and the next one says how many were left out`()
    {
        let log = log(.info)
        for _ in 0..<1000 { write(log, isFailure: true) }
        #expect(lines.count == RequestLog.limit.burst)
        write(log, isFailure: true, at: .zero + .seconds(1))
        #expect(lines.last?.contains("left_out=\(1000 - RequestLog.limit.burst)") == true)
    }
}
