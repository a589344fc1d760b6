import TestSupport
import Testing
import Timekeeping

@testable import OTLPTracing

@Suite struct OTLPExporterTests {
    private struct Hasty: OTLPSender {
        func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void) {
            completion(.answered(status: 200, retryAfter: nil, body: []))
        }
    }

    private let sender = RecordingSender()
    private let time = ManualTimeSource()
    private let log = ReportLog()

    private func exporter(_ configuration: OTLPConfiguration = OTLPConfiguration()) -> OTLPExporter {
        OTLPExporter(
            configuration,
            sender: sender,
            time: time,
            random: SeededGenerator(seed: 9),
            report: { [log] in log.add($0) }
        )
    }

    @Test func `Spans are posted two seconds after the first`() async throws {
        var configuration = OTLPConfiguration()
        configuration.headers = ["x-scope": "a", "authorization": "Bearer b"]
        let exporter = exporter(configuration)
        for span in Fixtures.spans(3) { exporter.add(span) }
        await time.waitForSleepers()
        #expect(sender.count == 0)
        time.advance(by: .seconds(2))
        let call = try #require(await sender.next())
        #expect(call.request.url == "http://127.0.0.1:4318/v1/traces")
        #expect(call.request.headers.map(\.name) == ["content-type", "authorization", "x-scope"])
        #expect(call.request.headers.map(\.value) == ["application/x-protobuf", "Bearer b", "a"])
        #expect(call.request.timeout == .seconds(10))
        #expect(DecodedSpan.all(in: call.request.body).count == 3)
        call.answer(.answered(status: 200, retryAfter: nil, body: []))
        #expect(log.all == [.exported(3)])
    }

    @Test func `A body of some length is packed, where that is wanted`() async throws {
        for compression in OTLPConfiguration.Compression.allCases {
            var configuration = OTLPConfiguration()
            configuration.compression = compression
            let exporter = exporter(configuration)
            for span in Fixtures.spans(100) { exporter.add(span) }
            exporter.flush()
            let request = try #require(await sender.next()).request
            let coding = request.headers.first { $0.name == "content-encoding" }?.value
            #expect(coding == (compression == .gzip ? "gzip" : nil))
            #expect((request.body.first == 0x1F) == (compression == .gzip))
            #expect(DecodedSpan.all(in: request.body).count == 100)
        }
    }

    @Test func `A failed request is sent again when its wait is over`() async throws {
        let exporter = exporter()
        exporter.add(Fixtures.span())
        exporter.flush()
        try #require(await sender.next()).answer(.answered(status: 503, retryAfter: .seconds(40), body: []))
        // The alarm for the first flush is still set; the one for the retry must come all the same.
        time.advance(by: .seconds(2))
        await time.waitForSleepers()
        #expect(sender.count == 1)
        time.advance(by: .seconds(38))
        try #require(await sender.next()).answer(.answered(status: 200, retryAfter: nil, body: []))
        #expect(log.all == [.exported(1)])
    }

    @Test func `A shutdown sends what waits and returns when it is answered`() async throws {
        let exporter = exporter()
        exporter.add(Fixtures.span())
        async let end: Void = exporter.shutdown()
        try #require(await sender.next()).answer(.answered(status: 200, retryAfter: nil, body: []))
        await end
        exporter.add(Fixtures.span())
        await exporter.shutdown()
        #expect(log.all == [.exported(1), .dropped(1, .shutdown)])
    }

    @Test func `A shutdown takes at most its time`() async throws {
        let exporter = exporter()
        exporter.add(Fixtures.span())
        async let end: Void = exporter.shutdown()
        let call = try #require(await sender.next())
        // The alarm set for the first span rings, and is set again for the end.
        await time.waitForSleepers()
        time.advance(by: .seconds(2))
        await time.waitForSleepers()
        #expect(log.all == [])
        time.advance(by: .seconds(3))
        await end
        #expect(log.all == [.dropped(1, .shutdown)])
        call.answer(.answered(status: 200, retryAfter: nil, body: []))
        #expect(log.all == [.dropped(1, .shutdown)])
    }

    @Test func `A sender that answers before it returns is served`() async {
        let exporter = OTLPExporter(OTLPConfiguration(), sender: Hasty(), time: time, report: { [log] in log.add($0) })
        for span in Fixtures.spans(1200) { exporter.add(span) }
        await exporter.shutdown()
        let count = log.all.reduce(0) { sum, report in
            if case .exported(let count) = report { sum + count } else { sum }
        }
        #expect(count == 1200)
    }

    @Test func `Whatever ends on many threads at once is told of once`() async {
        var configuration = OTLPConfiguration()
        configuration.queueCapacity = 40
        configuration.batchSize = 16
        let exporter = OTLPExporter(configuration, sender: Hasty(), time: time, report: { [log] in log.add($0) })
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 as Range<UInt64> {
                group.addTask {
                    for span in Fixtures.spans(500, from: 1 + 500 * number) { exporter.add(span) }
                }
            }
        }
        await exporter.shutdown()
        let counts = log.all.map { report in
            switch report {
            case .exported(let count), .dropped(let count, _): count
            }
        }
        #expect(counts.reduce(0, +) == 4000)
        #expect(log.all.allSatisfy { $0 != .dropped(1, .shutdown) })
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.internal/base", "https://otel.internal/base/v1/traces"),
            ("https://otel.internal/base/v1/traces", "https://otel.internal/base/v1/traces"),
            ("https://otel.internal/v1/traces/", "https://otel.internal/v1/traces"),
        ]
    )
    func `The path is appended unless it is there`(endpoint: String, url: String) {
        var configuration = OTLPConfiguration()
        configuration.endpoint = endpoint
        #expect(configuration.url == url)
    }
}
