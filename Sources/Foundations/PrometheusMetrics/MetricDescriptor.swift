/// All that is fixed when a family is registered.
struct MetricDescriptor: Equatable, Sendable {
    var name: String
    var help: String
    var kind: MetricKind
    var labels: LabelNames
    var buckets: Buckets?
    var maximumLabelSets: Int
    var overflows: [LabelOverflow] = []

    /// The family's name in OpenMetrics, where the `_total` of a counter belongs to its sample only.
    var openMetricsName: String {
        kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    }

    /// The base unit that the family's name ends in, if any: OpenMetrics wants the two to agree.
    var unit: String? {
        let name = openMetricsName
        return Self.baseUnits.first { name.hasSuffix("_" + $0) }
    }

    private static let baseUnits = [
        "seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams",
    ]
}

extension MetricDescriptor {
    /// Checks the rules of the text format, of OpenMetrics 1.0, and those of promlint that a name can break for good.
    func validate() throws(MetricError) {
        try validateName()
        guard !Self.isBlank(help) else { throw .missingHelp(name: name) }
        if case .fixed(let labels) = labels { try validate(labels) }
        if let buckets, !buckets.isValid { throw .invalidBuckets(name: name) }
    }

    private func validateName() throws(MetricError) {
        guard Self.isIdentifier(name) else { throw .invalidName(name) }
        if kind == .counter {
            guard name.hasSuffix("_total"), name.utf8.count > 6 else { throw .counterWithoutTotal(name) }
        }
        if let suffix = Self.reservedSuffix(of: openMetricsName) { throw .reservedSuffix(name: name, suffix: suffix) }
    }

    private func validate(_ labels: [String]) throws(MetricError) {
        guard labels.count <= MetricRegistry.maximumLabels else {
            throw .tooManyLabels(name: name, count: labels.count)
        }
        var seen: Set<String> = []
        for label in labels {
            guard Self.isIdentifier(label), !label.hasPrefix("__"), kind != .histogram || label != "le" else {
                throw .invalidLabel(name: name, label: label)
            }
            guard seen.insert(label).inserted else { throw .duplicateLabel(name: name, label: label) }
        }
    }

    /// Whether the text is `[a-zA-Z_][a-zA-Z0-9_]*`.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }

    static func reservedSuffix(of name: String) -> String? {
        ["_total", "_bucket", "_count", "_sum", "_created"].first { name.hasSuffix($0) }
    }

    static func isBlank(_ text: String) -> Bool {
        text.allSatisfy(\.isWhitespace)
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// What a family measures, spelled as in a `# TYPE` line.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

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

/// The label names of a family.
enum LabelNames: Equatable, Sendable {
    /// The names every child has, in this order; a child's key is its values.
    case fixed([String])

    /// Each child brings names of its own, as swift-metrics allows; a child's key is name, value, name, value ….
    case free

    /// The key of the child that takes what finds no room.
    var overflowKey: [String] {
        switch self {
        case .fixed(let names): names.map { _ in LabelOverflow.other }
        case .free: [LabelOverflow.other, LabelOverflow.other]
        }
    }

    /// The pairs that a key stands for.
    func pairs(of key: [String]) -> [(name: String, value: String)] {
        switch self {
        case .fixed(let names):
            zip(names, key).map { ($0, $1) }
        case .free:
            stride(from: 0, to: key.count - 1, by: 2).map { (key[$0], key[$0 + 1]) }
        }
    }

    var isEmpty: Bool {
        self == .fixed([])
    }
}
