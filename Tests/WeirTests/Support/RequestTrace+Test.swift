import Timekeeping

@testable import RequestTracing

extension RequestTrace {
    /// Of a request that nobody traces, with a trace id to look for.
    static func test(_ id: String = RequestTrace.testID) -> RequestTrace {
        RequestTrace(
            id: id,
            traceparent: "00-\(id)-00f067aa0ba902b7-00",
            span: nil,
            began: Moment(instant: .zero, timestamp: Timestamp(milliseconds: 0))
        )
    }

    static var testID: String { "4bf92f3577b34da6a3ce929d0e0e4736" }
}
