package import PrometheusMetrics

extension MetricRegistry {
    package func counter(_ definition: MetricDefinition) throws(MetricError) -> CounterFamily {
        try counter(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            maximumLabelSets: definition.maximumLabelSets
        )
    }

    package func gauge(_ definition: MetricDefinition) throws(MetricError) -> GaugeFamily {
        try gauge(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            maximumLabelSets: definition.maximumLabelSets
        )
    }

    package func histogram(_ definition: MetricDefinition) throws(MetricError) -> HistogramFamily {
        try histogram(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            buckets: definition.buckets,
            maximumLabelSets: definition.maximumLabelSets
        )
    }
}
