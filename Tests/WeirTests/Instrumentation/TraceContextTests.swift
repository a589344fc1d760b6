import TestSupport
import Testing

@testable import RequestTracing

struct TraceContextTests {
    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test(arguments: [
        ("00-\(id)-00f067aa0ba902b7-01", id), ("01-\(id)-00f067aa0ba902b7-01-more", id),
        ("00-\(id)-00f067aa0ba902b7-01-more", nil), ("ff-\(id)-00f067aa0ba902b7-01", nil),
        ("zz-\(id)-00f067aa0ba902b7-01", nil), ("00-\(id)-zzf067aa0ba902b7-01", nil),
        ("00-\(id)-00f067aa0ba902b7-zz", nil), ("00-\(id)-0000000000000000-01", nil),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", nil),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", nil), ("", nil), ("00-\(id)", nil), (id, nil),
    ])
    func `a trace id is taken from a traceparent as W3C writes it, and from nothing else`(
        _ text: String,
        _ expected: String?
    ) {
        #expect(TraceContext.traceID(of: text) == expected)
    }

    @Test func `fresh ids are 32 digits, and no two are the same`() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<100).map { _ in TraceContext.freshTraceID(using: &generator) }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.count == 32 && TraceContext.traceID(of: "00-\($0)-00f067aa0ba902b7-00") == $0 })
    }
}
