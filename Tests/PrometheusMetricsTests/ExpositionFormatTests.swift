import PrometheusMetrics
import Testing

struct ExpositionFormatTests {
    @Test(
        arguments: [
            (nil, ExpositionFormat.text),
            ("", .text),
            ("*/*", .text),
            ("text/plain", .text),
            ("text/html, application/xhtml+xml, */*;q=0.8", .text),
            ("application/json", .text),
            ("nonsense", .text),
            (";;;,,,=", .text),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text ; Version=1.0.0", .openMetrics),
            ("application/openmetrics-text;version=\"1.0.0\"", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .text),
            ("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=0.000, */*;q=1", .text),
            ("application/openmetrics-text;q=0.5, text/plain;q=0.4", .openMetrics),
            ("application/openmetrics-text;q=0.4, text/plain;q=0.5", .text),
            ("application/openmetrics-text; q = 0.4 ,\ttext/plain; q=0.3", .openMetrics),
            ("application/openmetrics-text, text/plain", .openMetrics),
            ("text/plain, application/openmetrics-text", .text),
            ("application/openmetrics-text, */*", .openMetrics),
            ("*/*, application/openmetrics-text", .openMetrics),
            ("application/*", .openMetrics),
            ("application/*;q=0.5, text/*;q=0.6", .text),
            ("text/plain;q=0, */*", .openMetrics),
            ("text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.1, */*", .text),
            ("text/plain;version=1.0.0, application/openmetrics-text;q=0.1", .openMetrics),
            ("application/openmetrics-text;q=2, text/plain;q=0.1", .text),
            ("application/openmetrics-text;q=nan", .text),
            ("application/openmetrics-text;q=.2, text/plain;q=.1", .openMetrics),
            ("application/openmetrics-text;q=., text/plain;q=.1", .text),
            ("text/plain;x=\"a,b;q=0\";q=0.2, application/openmetrics-text;q=0.3", .openMetrics),
            // Prometheus 2.42, 2.53 with its protobuf off, and 3.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics
            ),
            // With native histograms.
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                    + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .protobuf
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,*/*;q=0.1",
                .protobuf
            ),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,*/*;q=0.1", .text),
            ("application/vnd.google.protobuf;encoding=delimited", .text),
            ("application/vnd.google.protobuf", .text),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.3,"
                    + "text/plain;q=0.4", .text
            ),
            (
                "text/plain,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                .text
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0",
                .text
            ),
        ] as [(String?, ExpositionFormat)]
    )
    func `an Accept header picks a format`(accept: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat.negotiate(accept: accept) == format)
    }

    @Test func `no more than 32 ranges are read`() {
        let filler = String(repeating: "a/b,", count: 31)
        #expect(ExpositionFormat.negotiate(accept: filler + "application/openmetrics-text") == .openMetrics)
        #expect(ExpositionFormat.negotiate(accept: filler + "a/b,application/openmetrics-text") == .text)
    }

    @Test func `each format has its content type`() {
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        )
        #expect(
            ExpositionFormat.protobuf.contentType
                == "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        )
    }
}
