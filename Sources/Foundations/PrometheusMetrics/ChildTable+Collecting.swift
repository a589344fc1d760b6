extension GaugeFamily {
    /// A number for one set of label values.
    public struct Reading: Sendable {
        /// In the order in which the names were registered.
        public var labels: [String]
        /// What the gauge is set to.
        public var value: Double

        /// The number of the gauge with these label values.
        public init(_ labels: [String], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// What becomes of gauges that have no reading.
    public enum Absence: Sendable {
        /// They are 0.
        case zero
        /// They are forgotten, so that the family has no more children than there are readings.
        case gone
    }

    /// Sets every gauge of the family: to its reading, or to nothing. For hooks of ``MetricRegistry/onCollect(_:)`` that know all there is.
    ///
    /// - Parameter merge: of several readings that share a gauge, as overflows do, what it is set to.
    public func replace(
        with readings: [Reading],
        others: Absence,
        merging merge: (Double, Double) -> Double = max
    ) {
        var found: [ObjectIdentifier: (gauge: Gauge, value: Double)] = [:]
        for reading in readings {
            let gauge = table.child(reading.labels)
            let before = found[ObjectIdentifier(gauge)]
            found[ObjectIdentifier(gauge)] = (gauge, before.map { merge($0.value, reading.value) } ?? reading.value)
        }
        for (gauge, value) in found.values { gauge.set(value) }
        switch others {
        case .zero:
            for gauge in table.children() where found[ObjectIdentifier(gauge)] == nil { gauge.set(0) }
        case .gone:
            _ = table.removeAll { _, gauge in found[ObjectIdentifier(gauge)] == nil }
        }
    }
}

extension CounterFamily {
    /// Raises counters to totals that are kept elsewhere, as ``Counter/raise(to:)`` does. Totals that share a counter, as in an overflow,
    /// are added up.
    public func raise(to totals: [(labels: [String], total: Double)]) {
        var sums: [ObjectIdentifier: (counter: Counter, total: Double)] = [:]
        for (labels, total) in totals {
            let counter = table.child(labels)
            sums[ObjectIdentifier(counter), default: (counter, 0)].total += total
        }
        for (counter, total) in sums.values { counter.raise(to: total) }
    }
}
