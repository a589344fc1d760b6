import Testing

/// Holds what phones showed against what was accepted.
func expectExactlyOnce(
    _ shown: [String: Int],
    _ tally: Traffic.Tally,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let missing = tally.accepted.keys.filter { shown[$0] == nil }
    let twice = shown.filter { $0.value > 1 }.keys
    let strange = shown.keys.filter { tally.accepted[$0] == nil && !tally.unsure.contains($0) }
    #expect(
        missing.isEmpty,
        "accepted and not shown: \(missing.count) of \(tally.accepted.count)",
        sourceLocation: sourceLocation
    )
    #expect(twice.isEmpty, "shown more than once: \(twice.prefix(5))", sourceLocation: sourceLocation)
    #expect(strange.isEmpty, "shown and never accepted: \(strange.prefix(5))", sourceLocation: sourceLocation)
}

/// Asks for the state of many messages over a few connections.
/// - Returns: how often each state came; the status of the answer where there was none.
func states(of ids: [String], on port: Int) async throws -> [String: Int] {
    try await onThread {
        let connection = try HTTPConnection(port: port)
        var result: [String: Int] = [:]
        for id in ids {
            let answer = try connection.call("GET", "/v1/messages/\(id)")
            result[answer.json?["data"]?["state"]?.string ?? "\(answer.status)", default: 0] += 1
        }
        return result
    }
}
