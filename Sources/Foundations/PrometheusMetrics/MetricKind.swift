/// What a family measures, spelled as in a `# TYPE` line.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}
