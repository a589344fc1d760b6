internal import CoreMetrics

extension PrometheusMetricsFactory {
    /// A handler's hold on a child; without a table it counts unseen.
    final class Lease<Child: Instrument>: Sendable {
        let child: Child
        let table: ChildTable<Child>?
        let key: [String]

        init(_ child: Child, table: ChildTable<Child>? = nil, key: [String] = []) {
            self.child = child
            self.table = table
            self.key = key
        }
    }

    final class CounterHandler: CoreMetrics.CounterHandler, CoreMetrics.FloatingPointCounterHandler {
        let lease: Lease<Counter>

        init(_ lease: Lease<Counter>) {
            self.lease = lease
        }

        func increment(by amount: Int64) {
            lease.child.increment(by: Int(amount))
        }

        func increment(by amount: Double) {
            lease.child.increment(by: amount)
        }

        func reset() {
            lease.child.reset()
        }
    }

    final class GaugeHandler: CoreMetrics.MeterHandler, CoreMetrics.RecorderHandler {
        let lease: Lease<Gauge>

        init(_ lease: Lease<Gauge>) {
            self.lease = lease
        }

        func set(_ value: Int64) {
            lease.child.set(Double(value))
        }

        func set(_ value: Double) {
            lease.child.set(value)
        }

        func increment(by amount: Double) {
            lease.child.add(amount)
        }

        func decrement(by amount: Double) {
            lease.child.add(-amount)
        }

        func record(_ value: Int64) {
            set(value)
        }

        func record(_ value: Double) {
            set(value)
        }
    }

    final class HistogramHandler: CoreMetrics.RecorderHandler, CoreMetrics.TimerHandler {
        let lease: Lease<Histogram>

        init(_ lease: Lease<Histogram>) {
            self.lease = lease
        }

        func record(_ value: Int64) {
            lease.child.observe(Double(value))
        }

        func record(_ value: Double) {
            lease.child.observe(value)
        }

        func recordNanoseconds(_ duration: Int64) {
            lease.child.observe(Double(duration) / 1e9)
        }
    }
}
