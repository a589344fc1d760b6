/// The formats in which a registry can be rendered.
public enum ExpositionFormat: Hashable, Sendable, CaseIterable {
    /// Prometheus' text format 0.0.4, which every scraper and person reads.
    case text

    /// OpenMetrics 1.0, whose text alone carries exemplars.
    case openMetrics

    /// Prometheus' protobuf format, which alone carries native histograms. A Prometheus with that feature asks for it.
    case protobuf

    /// The value of the `Content-Type` header.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .protobuf: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        }
    }

    /// Picks the format that an `Accept` header prefers.
    ///
    /// Quality values, wildcards (RFC 9110, 12.5.1: the most specific range decides) and the `version` parameter count; a
    /// version that isn't offered is no match. OpenMetrics must be named to win a tie, protobuf to be chosen at all, with its
    /// message and encoding. Text 0.0.4 is the answer to no header, to one that can't be read, and to one that accepts no
    /// format: a scraper is never refused.
    public static func negotiate(accept: String?) -> ExpositionFormat {
        guard let accept else { return .text }
        let ranges = MediaRange.list(accept)
        let text = textual(ranges)
        guard let protobuf = ExpositionFormat.protobuf.preference(in: ranges),
            protobuf.quality > 0, protobuf.specificity >= MediaRange.named
        else { return text }
        guard let other = text.preference(in: ranges), other.quality > 0 else { return .protobuf }
        if protobuf.quality != other.quality { return protobuf.quality > other.quality ? .protobuf : text }
        return other.specificity < MediaRange.named || protobuf.place < other.place ? .protobuf : text
    }

    private static func textual(_ ranges: [MediaRange]) -> ExpositionFormat {
        guard let openMetrics = ExpositionFormat.openMetrics.preference(in: ranges), openMetrics.quality > 0 else {
            return .text
        }
        guard let text = ExpositionFormat.text.preference(in: ranges) else { return .openMetrics }
        if openMetrics.quality != text.quality { return openMetrics.quality > text.quality ? .openMetrics : .text }
        guard openMetrics.specificity >= MediaRange.named else { return .text }
        return text.specificity < MediaRange.named || openMetrics.place < text.place ? .openMetrics : .text
    }

    private func preference(in ranges: [MediaRange]) -> MediaPreference? {
        switch self {
        case .text: MediaPreference(for: "text/plain", version: "0.0.4", in: ranges)
        case .openMetrics: MediaPreference(for: "application/openmetrics-text", version: "1.0.0", in: ranges)
        case .protobuf:
            MediaPreference(for: "application/vnd.google.protobuf", in: ranges.filter(\.isDelimitedFamilies))
        }
    }
}
