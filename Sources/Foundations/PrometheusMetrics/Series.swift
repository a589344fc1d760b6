/// One child's name and labels, rendered once so that a scrape only copies them.
struct Series: Sendable {
    let name: String

    /// Names and values as they were given.
    let pairs: [(name: String, value: String)]

    /// `name="value",…` without braces, escaped; also what children are sorted by.
    let labels: [UInt8]

    init(name: String, labels pairs: [(name: String, value: String)] = []) {
        self.name = name
        self.pairs = pairs
        var labels: [UInt8] = []
        for pair in pairs {
            if !labels.isEmpty { labels.append(UInt8(ascii: ",")) }
            TextFormat.append(label: pair.name, value: pair.value, to: &labels)
        }
        self.labels = labels
    }

    /// `name_suffix{labels} `, up to where the value follows.
    func prefix(suffix: String = "") -> [UInt8] {
        var prefix = Array((name + suffix).utf8)
        if !labels.isEmpty {
            prefix.append(UInt8(ascii: "{"))
            prefix += labels
            prefix.append(UInt8(ascii: "}"))
        }
        prefix.append(UInt8(ascii: " "))
        return prefix
    }

    /// `name_bucket{labels,le="`, up to where the bound follows.
    func bucketPrefix() -> [UInt8] {
        var prefix = Array((name + "_bucket{").utf8)
        prefix += labels
        if !labels.isEmpty { prefix.append(UInt8(ascii: ",")) }
        prefix += Array("le=\"".utf8)
        return prefix
    }
}

/// How a scrape is rendered.
struct Exposition: Sendable {
    var format: ExpositionFormat

    /// Whether the scraper stores what it gets: then a counter that is new begins at 0, so that its first events are a rise.
    var isStored = false
}
