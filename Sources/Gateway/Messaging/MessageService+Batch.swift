package import Clients
public import Intake
import WireJSON

extension MessageService {
    /// Items in a batch.
    static let batchLimit = 1000
    /// Bytes of batches and webhooks that are read and stored at once; what is kept of each while it waits for the disk is about three
    /// times its bytes.
    static let bytesInHand = 48 << 20
    /// What the smallest of them counts as.
    private static let leastInHand = 16 << 10

    /// Runs `work` on a large body when there is room for it beside the others, none of which is all of one client's.
    ///
    /// - Throws: `overloaded` (503) when there is none.
    package func inHand<Value>(
        _ bytes: [UInt8],
        of caller: Caller,
        _ work: () async throws(MessageRefusal) -> Value
    ) async throws(MessageRefusal) -> Value {
        let amount = min(max(bytes.count, MessageService.leastInHand), MessageService.bytesInHand)
        let isAlone = !settings(of: caller).directory.hasClients
        guard largeBodies.take(amount, for: caller.name, isAlone: isAlone) else {
            throw MessageRefusal(
                .overloaded,
                "\(MessageService.bytesInHand >> 20) MiB of batches and webhooks are in hand, or this client's share of that; "
                    + "nothing was accepted",
                retryAfter: .seconds(1)
            )
        }
        defer { largeBodies.giveBack(amount, of: caller.name) }
        return try await work()
    }

    /// Takes many messages at once: each by itself, so that one bad item does the others no harm. They share the journal's commits.
    package func acceptBatch(
        _ bytes: [UInt8],
        isLines: Bool,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> [BatchResult] {
        try await inHand(bytes, of: caller) { () async throws(MessageRefusal) in
            let items = try isLines ? MessageService.lines(bytes) : MessageService.elements(bytes)
            guard items.count <= MessageService.batchLimit else {
                throw MessageRefusal(
                    .tooLarge,
                    "a batch may have \(MessageService.batchLimit) items, this one has more"
                )
            }
            guard !items.isEmpty else { throw MessageRefusal(.malformed, "the batch is empty") }
            return await accept(items, of: bytes, caller: caller, traceparent: traceparent)
        }
    }

    private func accept(
        _ items: [Range<Int>],
        of bytes: [UInt8],
        caller: Caller,
        traceparent: String
    ) async -> [BatchResult] {
        await withTaskGroup(of: BatchResult.self) { group in
            for (index, item) in items.enumerated() {
                group.addTask {
                    do throws(MessageRefusal) {
                        let reply = try await self.accept(
                            Array(bytes[item]),
                            idempotencyKey: nil,
                            caller: caller,
                            traceparent: traceparent
                        )
                        return BatchResult(index: index, result: .success(reply))
                    } catch {
                        self.observer.refused(error.reason)
                        self.observer.handedOver(.refused, by: caller.name, app: nil)
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

    /// Where the items of an array stand, and one more than may be.
    private static func elements(_ bytes: [UInt8]) throws(MessageRefusal) -> [Range<Int>] {
        // Only the batch's own shape is checked here: one element that is no proper message must not spoil the others.
        do throws(JSONProblem) {
            return try JSONScanner.elements(of: bytes, rules: .batch, upTo: batchLimit)
        } catch {
            if error.reason == .notAnArray {
                throw MessageRefusal(.malformed, "the batch must be a JSON array or NDJSON")
            }
            throw MessageRefusal(.malformed, "the batch is not a JSON array as it should be: \(error)")
        }
    }

    /// Where the lines that aren't blank stand, and one more than may be.
    private static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        let span = bytes.span
        while start < span.count, lines.count <= batchLimit {
            var (end, isBlank) = (start, true)
            while end < span.count, span[end] != UInt8(ascii: "\n") {
                isBlank = isBlank && (span[end] == 0x20 || span[end] == 0x09 || span[end] == 0x0D)
                end += 1
            }
            if !isBlank { lines.append(start..<end) }
            start = end + 1
        }
        return lines
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

/// What became of one item of a batch.
public struct BatchResult: Sendable {
    /// The item's place in the batch, from 0.
    public var index: Int
    /// The message that the item became, or why it was refused.
    public var result: Result<AcceptReply, MessageRefusal>
}
