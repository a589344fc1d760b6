/// Any family that a registry holds.
enum MetricFamily: Sendable {
    case counter(CounterFamily)
    case gauge(GaugeFamily)
    case histogram(HistogramFamily)

    var descriptor: MetricDescriptor {
        switch self {
        case .counter(let family): family.table.descriptor
        case .gauge(let family): family.table.descriptor
        case .histogram(let family): family.table.descriptor
        }
    }

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        switch self {
        case .counter(let family): family.table.render(into: &output, as: format)
        case .gauge(let family): family.table.render(into: &output, as: format)
        case .histogram(let family): family.table.render(into: &output, as: format)
        }
    }
}
