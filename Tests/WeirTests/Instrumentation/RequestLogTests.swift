import Logging
import Resilience
import TestSupport
import Testing
import Timekeeping

@testable import Telemetry
@testable import Weir

struct RequestLogTests {
    private let captured = CapturedLog()
    private let time = ManualTimeSource()

    private func log(_ level: Logger.Level) -> RequestLog {
        var logger = captured.logger
        logger.logLevel = level
        return RequestLog(logger: logger, time: time)
    }

    private func write(_ log: RequestLog, isFailure: Bool = false, status: Int = 200) {
        let trace = RequestTrace.test()
        trace.note { facts in
            facts.client = "orders"
            facts.outcome = isFailure ? "990001" : "accepted"
            facts.isFailure = isFailure
        }
        log.write(trace, route: "relay", method: "POST", status: status, took: .milliseconds(7))
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
        #expect(lines.count == LogBudget.limit.burst)
        time.advance(by: .seconds(1))
        write(log, isFailure: true)
        #expect(lines.last?.contains("left_out=\(1000 - LogBudget.limit.burst)") == true)
    }

    @Test func `a stranger is told by address, AppID and user agent, and nothing that it wrote is believed or obeyed`()
    {
        let log = log(.info)
        let trace = RequestTrace.test()
        trace.note { facts in
            facts.outcome = "990006"
            facts.isFailure = true
            facts.stranger = Stranger(
                peer: "10.1.2.3",
                userAgent: "evil\u{1b}[2J\r\n" + String(repeating: "x", count: 10_000),
                appID: "wx1234567890abcdef"
            )
        }
        log.write(trace, route: "relay", method: "GET", status: 200, took: .zero)
        #expect(lines.count == 1)
        #expect(captured.text.contains("peer=10.1.2.3") && captured.text.contains("appid=wx1234567890abcdef"))
        #expect(captured.text.contains("user_agent=evil\\u{1b}[2J\\u{d}\\u{a}xxx") && captured.text.utf8.count < 500)
    }

    @Test(arguments: [
        "0123456789abcdef0123456789abcdef", "wx 1", "wx\u{1b}", "wx" + String(repeating: "1", count: 60), "w",
    ])
    func `what stands in an AppID's place and looks like none is not logged`(_ text: String) {
        #expect(Stranger(peer: nil, appID: text).appID == nil)
    }

    @Test func `who calls with foreign tokens is told once a minute`() {
        let log = log(.info)
        for peer in ["10.0.0.1", "10.0.0.1", "10.0.0.2"] {
            let stranger = Stranger(peer: peer, userAgent: "curl/8")
            log.foreignToken(from: stranger, api: "other", traceID: "t", at: time.now())
        }
        #expect(lines.count == 2)
        time.advance(by: .seconds(60))
        log.foreignToken(
            from: Stranger(peer: "10.0.0.1", userAgent: "curl/8"),
            api: "other",
            traceID: "t",
            at: time.now()
        )
        #expect(lines.count == 3)
    }
}
