internal import Tracing
import WireProtobuf

/// Writes spans as an `ExportTraceServiceRequest` of opentelemetry-proto v1. The numbers are its field numbers.
struct TraceEncoder: Sendable {
    /// `ResourceSpans.resource` and `ScopeSpans.scope`, the same in each request.
    private let resource: [UInt8]
    private let scope: [UInt8]
    private let schemaURL: String
    private let limits: SpanLimits

    init(_ configuration: OTLPConfiguration) {
        limits = configuration.limits
        schemaURL = configuration.schemaURL ?? ""
        var writer = ProtobufWriter()
        writer.message(1) { resource in
            for (key, value) in Self.resource(configuration) {
                Self.write(key, .string(value), as: 1, to: &resource)
            }
        }
        resource = writer.bytes
        writer = ProtobufWriter()
        writer.message(1) { scope in
            scope.string(1, "weir")
            scope.string(2, configuration.serviceVersion ?? "")
        }
        scope = writer.bytes
    }

    /// Weir's own attributes, with the operator's in their place or behind them.
    private static func resource(_ configuration: OTLPConfiguration) -> [(String, String)] {
        var others = configuration.resource
        let own: [(String, String?)] = [
            ("service.name", configuration.serviceName),
            ("service.version", configuration.serviceVersion),
            ("service.instance.id", configuration.serviceInstanceID),
            ("telemetry.sdk.language", "swift"),
            ("telemetry.sdk.name", "weir"),
            ("telemetry.sdk.version", configuration.serviceVersion),
        ]
        let named = own.compactMap { key, value in (others.removeValue(forKey: key) ?? value).map { (key, $0) } }
        return named + others.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func encode(_ spans: [SpanRecord]) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.reserve(256 + spans.count * 512)
        writer.message(1) { resourceSpans in
            resourceSpans.append(resource)
            resourceSpans.message(2) { scopeSpans in
                scopeSpans.append(scope)
                for span in spans {
                    let whole = span.described(within: limits)
                    scopeSpans.message(2) { Self.write(whole, to: &$0) }
                }
                scopeSpans.string(3, schemaURL)
            }
            resourceSpans.string(3, schemaURL)
        }
        return writer.bytes
    }

    private static func write(_ span: SpanRecord, to writer: inout ProtobufWriter) {
        writer.bigEndian(1, span.context.traceID.high, span.context.traceID.low)
        writer.bigEndian(2, span.context.spanID.value)
        writer.string(3, span.context.traceState ?? "")
        if let parent = span.parent { writer.bigEndian(4, parent.spanID.value) }
        writer.string(5, span.name)
        writer.varint(6, number(of: span.kind))
        writer.fixed64(7, span.start)
        writer.fixed64(8, span.end)
        write(span.attributes, as: 9, to: &writer)
        writer.varint(10, UInt64(span.droppedAttributes))
        for event in span.events {
            writer.message(11) { message in
                message.fixed64(1, event.time)
                message.string(2, event.name)
                write(event.attributes, as: 3, to: &message)
                message.varint(4, UInt64(event.droppedAttributes))
            }
        }
        writer.varint(12, UInt64(span.droppedEvents))
        for link in span.links {
            writer.message(13) { message in
                message.bigEndian(1, link.context.traceID.high, link.context.traceID.low)
                message.bigEndian(2, link.context.spanID.value)
                message.string(3, link.context.traceState ?? "")
                write(link.attributes, as: 4, to: &message)
                message.varint(5, UInt64(link.droppedAttributes))
                message.fixed32(6, flags(of: link.context, isRemote: link.context.isRemote))
            }
        }
        writer.varint(14, UInt64(span.droppedLinks))
        if let status = span.status {
            writer.message(15) { message in
                message.string(2, status.message ?? "")
                message.varint(3, status.code == .ok ? 1 : 2)
            }
        }
        writer.fixed32(16, flags(of: span.context, isRemote: span.parent?.isRemote ?? false))
    }

    /// W3C's flags in the low byte; above it, that we know whether the parent or the linked span was remote, and
    /// whether it was.
    private static func flags(of context: SpanContext, isRemote: Bool) -> UInt32 {
        (context.isSampled ? 0x1 : 0) | 0x100 | (isRemote ? 0x200 : 0)
    }

    private static func number(of kind: SpanKind) -> UInt64 {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    private static func write(_ attributes: SpanAttributes, as field: UInt64, to writer: inout ProtobufWriter) {
        attributes.forEach { write($0, $1, as: field, to: &writer) }
    }

    private static func write(
        _ key: String,
        _ value: SpanAttribute,
        as field: UInt64,
        to writer: inout ProtobufWriter
    ) {
        writer.message(field) { pair in
            pair.string(1, key)
            pair.message(2) { write(value, to: &$0) }
        }
    }

    private static func write(_ value: SpanAttribute, to writer: inout ProtobufWriter) {
        switch value {
        case .string(let text): writer.alwaysString(1, text)
        case .bool(let flag): writer.alwaysVarint(2, flag ? 1 : 0)
        case .int32(let number): writer.alwaysVarint(3, UInt64(bitPattern: Int64(number)))
        case .int64(let number): writer.alwaysVarint(3, UInt64(bitPattern: number))
        case .double(let number): writer.alwaysFixed64(4, number.bitPattern)
        case .stringArray(let list): write(list.map(SpanAttribute.string), to: &writer)
        case .boolArray(let list): write(list.map(SpanAttribute.bool), to: &writer)
        case .int32Array(let list): write(list.map(SpanAttribute.int32), to: &writer)
        case .int64Array(let list): write(list.map(SpanAttribute.int64), to: &writer)
        case .doubleArray(let list): write(list.map(SpanAttribute.double), to: &writer)
        // A span has taken the text of all others already. An empty value is a null.
        default: break
        }
    }

    private static func write(_ list: [SpanAttribute], to writer: inout ProtobufWriter) {
        writer.message(5) { array in
            for value in list { array.message(1) { write(value, to: &$0) } }
        }
    }
}
