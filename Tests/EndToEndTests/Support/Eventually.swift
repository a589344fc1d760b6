/// Asks an outside process again and again until `question` has an answer: 1200 times, about a minute.
@discardableResult
func eventually<Value>(
    _ what: String,
    _ question: () async throws -> Value?
) async throws -> Value {
    for _ in 0..<1200 {
        if let value = try await question() { return value }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw NeverHappened(description: "never happened: \(what)")
}

/// The same for a condition.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let _: Void = try await eventually(what) { try await condition() ? () : nil }
}
