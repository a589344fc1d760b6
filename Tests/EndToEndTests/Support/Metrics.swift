/// A scrape in Prometheus's text format.
struct Metrics: Sendable {
    private struct Sample {
        var name: Substring
        var labels: [Substring]
        var value: Double
    }

    private let samples: [Sample]

    init(_ text: String) {
        samples = text.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { return nil }
            let series = line[..<space]
            guard let brace = series.firstIndex(of: "{") else { return Sample(name: series, labels: [], value: value) }
            // No value of Weir's labels holds a comma.
            let labels = series[series.index(after: brace)...].dropLast().split(separator: ",")
            return Sample(name: series[..<brace], labels: labels, value: value)
        }
    }

    /// The sum over the series of a metric that have all of these labels, written `name="value"`.
    func sum(_ name: String, _ labels: String...) -> Double {
        samples.filter { sample in sample.name == name && labels.allSatisfy { sample.labels.contains($0[...]) } }
            .reduce(0) { $0 + $1.value }
    }
}
