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
