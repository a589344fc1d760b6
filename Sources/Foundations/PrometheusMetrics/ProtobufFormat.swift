import WireProtobuf

/// Prometheus' protobuf format: one `io.prometheus.client.MetricFamily` after the other, each with its length before it. It alone
/// carries native histograms. The numbers are the field numbers of client_model's `metrics.proto`.
enum ProtobufFormat {
    /// Fields of `Metric`.
    enum Metric {
        static let label: UInt64 = 1
        static let gauge: UInt64 = 2
        static let counter: UInt64 = 3
        static let histogram: UInt64 = 7
    }

    /// Fields of `Histogram`.
    enum HistogramField {
        static let count: UInt64 = 1
        static let sum: UInt64 = 2
        static let bucket: UInt64 = 3
        static let schema: UInt64 = 5
        static let zeroThreshold: UInt64 = 6
        static let zeroCount: UInt64 = 7
        static let negativeSpan: UInt64 = 9
        static let negativeDelta: UInt64 = 10
        static let positiveSpan: UInt64 = 12
        static let positiveDelta: UInt64 = 13
    }

    /// A whole family.
    static func append<Child: Instrument>(
        _ descriptor: MetricDescriptor,
        _ children: [Child],
        as scrape: Exposition,
        to output: inout [UInt8]
    ) {
        var family = ProtobufWriter()
        family.reserve(128 * children.count)
        family.string(1, descriptor.name)
        family.string(2, descriptor.help)
        family.alwaysVarint(3, type(descriptor.kind))
        for child in children {
            family.message(4) { writer in
                for (name, value) in child.series.pairs { append(label: name, value, to: &writer) }
                child.render(into: &writer, as: scrape)
            }
        }
        if let unit = descriptor.unit { family.string(5, unit) }
        var writer = ProtobufWriter()
        writer.reserve(family.bytes.count + 10)
        writer.delimited(family.bytes)
        output += writer.bytes
    }

    private static func type(_ kind: MetricKind) -> UInt64 {
        switch kind {
        case .counter: 0
        case .gauge: 1
        case .histogram: 4
        }
    }

    private static func append(label name: String, _ value: String, to writer: inout ProtobufWriter) {
        writer.message(Metric.label) { writer in
            writer.string(1, name)
            writer.alwaysString(2, value)
        }
    }

    /// An `Exemplar`.
    static func append(_ slot: ExemplarSlot, field: UInt64, to writer: inout ProtobufWriter) {
        writer.message(field) { writer in
            for (name, value) in slot.exemplar.pairs { append(label: name, value, to: &writer) }
            writer.alwaysDouble(2, slot.value)
            guard let time = slot.exemplar.unixMilliseconds, time >= 0 else { return }
            writer.message(3) { writer in
                writer.varint(1, UInt64(time / 1000))
                writer.varint(2, UInt64(time % 1000 * 1_000_000))
            }
        }
    }

    /// A `Bucket` of a family's own.
    static func append(
        bucket bound: Double,
        _ cumulative: UInt64,
        _ slot: ExemplarSlot?,
        to writer: inout ProtobufWriter
    ) {
        writer.message(HistogramField.bucket) { writer in
            writer.alwaysVarint(1, cumulative)
            writer.alwaysDouble(2, bound)
            if let slot { append(slot, field: 3, to: &writer) }
        }
    }

    /// The narrow buckets.
    static func append(
        _ shape: NativeShape,
        zero: UInt64,
        _ above: NativeBuckets,
        _ below: NativeBuckets,
        to writer: inout ProtobufWriter
    ) {
        writer.zigzag(HistogramField.schema, Int64(shape.schema))
        writer.alwaysDouble(HistogramField.zeroThreshold, shape.zeroThreshold)
        writer.alwaysVarint(HistogramField.zeroCount, zero)
        let (negative, negativeDeltas) = below.spans
        append(negative, field: HistogramField.negativeSpan, to: &writer)
        writer.packedZigzag(HistogramField.negativeDelta, negativeDeltas)
        let (positive, positiveDeltas) = above.spans
        append(positive, field: HistogramField.positiveSpan, to: &writer)
        writer.packedZigzag(HistogramField.positiveDelta, positiveDeltas)
    }

    private static func append(
        _ spans: [(offset: Int, length: Int)],
        field: UInt64,
        to writer: inout ProtobufWriter
    ) {
        for span in spans {
            writer.message(field) { writer in
                writer.zigzag(1, Int64(span.offset))
                writer.varint(2, UInt64(span.length))
            }
        }
    }
}
