import PrometheusMetrics

extension MetricRegistry {
    func counter(_ definition: MetricDefinition) throws(MetricError) -> CounterFamily {
        try counter(definition.name, help: definition.help, labels: definition.labels)
    }

    func gauge(_ definition: MetricDefinition) throws(MetricError) -> GaugeFamily {
        try gauge(definition.name, help: definition.help, labels: definition.labels)
    }

    func histogram(_ definition: MetricDefinition) throws(MetricError) -> HistogramFamily {
        try histogram(definition.name, help: definition.help, labels: definition.labels, buckets: definition.buckets)
    }
}
