import WeChat

extension MessageService {
    /// Items in a batch.
    static let batchLimit = 1000
    /// Bytes of a batch.
    static let batchBytes = 16 << 20

    /// Takes many messages at once: each by itself, so that one bad item does the others no harm. They share the journal's commits.
    func acceptBatch(
        _ bytes: [UInt8],
        isLines: Bool,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> [BatchResult] {
        let items = try isLines ? MessageService.lines(bytes) : MessageService.elements(bytes)
        guard items.count <= MessageService.batchLimit else {
            throw MessageRefusal(
                .tooLarge,
                "a batch may have \(MessageService.batchLimit) items, this one has \(items.count)"
            )
        }
        guard !items.isEmpty else { throw MessageRefusal(.malformed, "the batch is empty") }
        return await withTaskGroup(of: BatchResult.self) { group in
            for (index, item) in items.enumerated() {
                group.addTask {
                    do throws(MessageRefusal) {
                        let reply = try await self.accept(
                            item,
                            idempotencyKey: nil,
                            caller: caller,
                            traceparent: traceparent
                        )
                        return BatchResult(index: index, result: .success(reply))
                    } catch {
                        self.metrics.refused(error.reason)
                        return BatchResult(index: index, result: .failure(error))
                    }
                }
            }
            var results: [BatchResult] = []
            results.reserveCapacity(items.count)
            for await result in group { results.append(result) }
            return results.sorted { $0.index < $1.index }
        }
    }

    private static func elements(_ bytes: [UInt8]) throws(MessageRefusal) -> [[UInt8]] {
        // Only the batch's own shape is checked here: one element that is no proper message must not spoil the others.
        let wrapped = Array("{\"batch\":".utf8) + bytes + [UInt8(ascii: "}")]
        let elements: [JSONValue]?
        do {
            try JSONScanner.validate(bytes, rules: .batch)
            elements = try JSONObjectView(wrapped, rules: .batch).value("batch")?.array
        } catch {
            throw MessageRefusal(.malformed, "the batch is not a JSON array as it should be: \(error.reason.rawValue)")
        }
        guard let elements else { throw MessageRefusal(.malformed, "the batch must be a JSON array or NDJSON") }
        return elements.map { Array($0.text) }
    }

    private static func lines(_ bytes: [UInt8]) throws(MessageRefusal) -> [[UInt8]] {
        bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") })
            .map { line in Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line) }
            .filter { line in line.contains { $0 != 0x20 && $0 != 0x09 } }
    }
}

extension JSONRules {
    /// For the outside of a batch: each element is held to the strict rules by itself.
    fileprivate static let batch = JSONRules(
        maximumDepth: JSONRules.deepest,
        allowsControlCharacters: true,
        allowsMalformedText: true,
        allowsPadding: false
    )
}
