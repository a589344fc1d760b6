import TestSupport
import Timekeeping

@testable import OTLPTracing

/// A batcher with a collector of moods, and a count of what became of each span.
struct BatcherRun {
    private var batcher: SpanBatcher
    private var random: SeededGenerator
    private var now = Instant.zero
    private var underWay: SpanBatch?
    private(set) var added = 0
    private(set) var exported = 0
    private(set) var dropped = 0
    /// Ids of spans in batches that were answered with success.
    private(set) var taken: Set<UInt64> = []
    private(set) var isFinished = false
    private(set) var mistakes: [String] = []

    init(seed: UInt64) {
        var configuration = OTLPConfiguration()
        configuration.queueCapacity = 20
        configuration.batchSize = 8
        configuration.retryFor = .seconds(20)
        batcher = SpanBatcher(configuration)
        random = SeededGenerator(seed: seed)
    }

    mutating func add() {
        added += 1
        perform(batcher.add(Fixtures.span(trace: UInt64(added), span: UInt64(added)), now: now))
        if batcher.waitingCount > 20 { mistakes.append("more waits than may") }
    }

    mutating func advance(by duration: Duration) {
        now = now + duration
        perform(batcher.tick(now: now))
        if let wake = batcher.wake, wake <= now { mistakes.append("it would wake for what is past") }
    }

    mutating func flush() {
        perform(batcher.flush(now: now))
    }

    mutating func shutDown() {
        perform(batcher.shutDown(now: now))
    }

    mutating func answer(_ moods: inout SeededGenerator) {
        guard let batch = underWay else { return }
        underWay = nil
        let reply: OTLPReply =
            switch Int.random(in: 0..<10, using: &moods) {
            case 0..<5: .answered(status: 200, retryAfter: nil, body: [])
            case 5..<7: .answered(status: 503, retryAfter: nil, body: [])
            case 7: .answered(status: 429, retryAfter: .seconds(9), body: [])
            case 8: .answered(status: 400, retryAfter: nil, body: [])
            default: .failed
            }
        if case .answered(200, _, _) = reply {
            for span in batch.spans where !taken.insert(span.context.spanID.value).inserted {
                mistakes.append("a span was exported twice")
            }
        }
        perform(batcher.receive(reply, to: batch.number, now: now, random: &random))
        // Senders that tell twice do no harm.
        perform(batcher.receive(reply, to: batch.number, now: now, random: &random))
    }

    private mutating func perform(_ actions: [SpanBatcher.Action]) {
        for action in actions {
            if isFinished, case .send = action { mistakes.append("it sends after the end") }
            switch action {
            case .send(let batch):
                if underWay != nil { mistakes.append("two requests are under way") }
                if batch.spans.isEmpty || batch.spans.count > 8 { mistakes.append("a batch of \(batch.spans.count)") }
                underWay = batch
            case .report(.exported(let count)): exported += count
            case .report(.dropped(let count, _)): dropped += count
            case .finish: isFinished = true
            }
        }
    }
}
