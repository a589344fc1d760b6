internal import Synchronization

extension MetricRegistry {
    /// Runs the hooks and renders the families, sorted by name, and their children, sorted by labels.
    ///
    /// Updates go on meanwhile and are never blocked; a child that is looked up waits for no more than the copying of a reference.
    ///
    /// - Parameters:
    ///   - format: The exposition format.
    ///   - names: The families to show, by the name in either format (`name[]` of a scrape); empty for all of them.
    ///   - isStored: Whether the scraper keeps what it gets, as Prometheus does. A counter that is new is shown to it as 0 once,
    ///     so that its first events are a rise that `increase()` sees, and not a birth that it passes over.
    public func render(
        _ format: ExpositionFormat = .text,
        names: Set<String> = [],
        isStored: Bool = false
    ) -> [UInt8] {
        for hook in state.withLock({ $0.hooks }) { hook() }
        let families = state.withLock { $0.sorted }
        var output: [UInt8] = []
        // Growing step by step would copy everything about twice; the last scrape tells how long this one will be.
        if names.isEmpty { output.reserveCapacity(lastSize.load(ordering: .relaxed) * 9 / 8 + 4096) }
        for family in families where isShown(family, in: names) {
            family.render(into: &output, as: Exposition(format: format, isStored: isStored))
        }
        if format == .openMetrics { output += Array("# EOF\n".utf8) }
        if names.isEmpty { lastSize.store(output.count, ordering: .relaxed) }
        return output
    }

    private func isShown(_ family: MetricFamily, in names: Set<String>) -> Bool {
        names.isEmpty || names.contains(family.descriptor.name) || names.contains(family.descriptor.openMetricsName)
    }
}

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

    func render(into output: inout [UInt8], as scrape: Exposition) {
        switch self {
        case .counter(let family): family.table.render(into: &output, as: scrape)
        case .gauge(let family): family.table.render(into: &output, as: scrape)
        case .histogram(let family): family.table.render(into: &output, as: scrape)
        }
    }
}
