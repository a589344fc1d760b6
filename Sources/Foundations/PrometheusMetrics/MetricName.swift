/// Makes Prometheus names of whatever swift-metrics labels and dimensions are called.
enum MetricName {
    /// `http.requestCount` becomes `http_request_count`: snake case, with `_` for every byte that a name can't have.
    static func sanitized(_ label: String) -> String {
        var name: [UInt8] = []
        var previousIsLower = false
        for byte in label.utf8 {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            if isUpper, previousIsLower { name.append(UInt8(ascii: "_")) }
            let isPlain = MetricDescriptor.isLetter(byte) || MetricDescriptor.isDigit(byte)
            name.append(isUpper ? byte | 0x20 : isPlain ? byte : UInt8(ascii: "_"))
            previousIsLower = isPlain && !isUpper && byte != UInt8(ascii: "_")
        }
        guard let first = name.first else { return "unnamed" }
        if MetricDescriptor.isDigit(first) { name.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: name, as: UTF8.self)
    }

    /// The name without what only counters and the parts of histograms may end in: `jobs_count` becomes `jobs`.
    static func stem(_ label: String) -> String {
        var name = sanitized(label)
        while let suffix = MetricDescriptor.reservedSuffix(of: name), name.utf8.count > suffix.utf8.count {
            name.removeLast(suffix.utf8.count)
        }
        return MetricDescriptor.reservedSuffix(of: name) == nil ? name : "unnamed"
    }

    /// The key of a child with free labels: names that labels may have, sorted, each once; the last value of a name counts.
    static func key(_ dimensions: [(String, String)]) -> [String] {
        var labels: [String: String] = [:]
        for (dimension, value) in dimensions {
            var name = sanitized(dimension)
            if name.hasPrefix("__") { name = "exported_" + name.drop { $0 == "_" } }
            if name == "le" || name == "quantile" { name = "exported_" + name }
            labels[name] = value
        }
        return labels.sorted { $0.key < $1.key }.prefix(MetricRegistry.maximumLabels).flatMap { [$0.key, $0.value] }
    }
}
