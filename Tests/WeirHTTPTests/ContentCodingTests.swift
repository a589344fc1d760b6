import PrometheusMetrics
import Testing

@testable import WeirHTTP

struct ContentCodingTests {
    @Test(
        arguments: [
            (nil, ContentCoding.identity),
            ("", .identity),
            ("gzip", .gzip),
            ("GZIP", .gzip),
            ("x-gzip", .gzip),
            ("gzip, deflate, br, zstd", .gzip),
            ("deflate, br", .identity),
            ("gzip;q=0", .identity),
            ("gzip;q=0.000, *", .identity),
            ("gzip ; q = 0.001", .gzip),
            ("gzip;q=1.0", .gzip),
            ("gzip;q=1.001", .identity),
            ("gzip;q=abc", .identity),
            ("gzip;q=0.1234", .identity),
            ("gzip;q=", .identity),
            ("*", .gzip),
            ("*;q=0", .identity),
            ("*;q=0, gzip", .gzip),
            ("identity;q=1, gzip;q=0.5", .identity),
            ("identity;q=0.5, gzip;q=0.5", .gzip),
            ("identity;q=0, gzip;q=0", .identity),
            ("identity", .identity),
            ("gzip;q=0, gzip;q=0.5", .gzip),
            (",;,=;q", .identity),
            ("gzip;q=.5", .gzip),
            ("br;x=\"a,gzip\"", .identity),
        ] as [(String?, ContentCoding)]
    )
    func `an Accept-Encoding header picks a coding`(header: String?, coding: ContentCoding) {
        #expect(ContentCoding.negotiate(acceptEncoding: header) == coding)
    }

    @Test func `no more than 32 elements are read`() {
        let filler = String(repeating: "br,", count: WeightedElement.maximumCount - 1)
        #expect(ContentCoding.negotiate(acceptEncoding: filler + "gzip") == .gzip)
        #expect(ContentCoding.negotiate(acceptEncoding: filler + "br,gzip") == .identity)
    }
}
