public import Logging
public import PrometheusMetrics
public import Timekeeping
public import Tracing

extension Gateway {
    /// What a gateway has defaults for.
    public struct Options: Sendable {
        /// The clocks.
        public var time: any TimeSource = SystemTimeSource()
        /// Where its metrics are registered, beside those of the program that it is in; scrape it.
        public var registry = MetricRegistry()
        /// Where spans go; nil when nobody collects traces.
        public var tracer: (any Tracer)?
        /// For what operators should know, and a line for each request.
        public var logger = Logger(label: "weir")
        /// Chance, for ids and jitter. Two gateways of one seed make the same ids: set it in tests alone.
        public var seed = UInt64.random(in: .min ... .max)

        public init() {}
    }
}
