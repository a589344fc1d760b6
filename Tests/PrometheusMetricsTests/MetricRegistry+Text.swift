import PrometheusMetrics

extension MetricRegistry {
    /// The rendering as text.
    func text(_ format: ExpositionFormat = .text, names: Set<String> = []) -> String {
        String(decoding: render(format, names: names), as: UTF8.self)
    }

    /// The lines of the rendering that are samples of these names' families.
    func samples(_ names: String..., format: ExpositionFormat = .text) -> [String] {
        text(format, names: Set(names)).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }
}
