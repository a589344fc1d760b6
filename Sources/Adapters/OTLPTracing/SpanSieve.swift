internal import Resilience
internal import Timekeeping

/// Holds ended spans of traces that were not sampled, until one of them fails or room is needed: so a failure is exported
/// with what came before it, whatever the ratio. Of so many traces as a token bucket grants, and of each so many spans:
/// where everything fails, the ratio alone decides about the rest.
struct SpanSieve {
    private struct Trace {
        var number: UInt64
        var spans: [SpanRecord]
    }

    private let spanLimit: Int
    private let memory: Int
    private let spansOfFailure: Int
    private var bucket: TokenBucket?
    private var traces: [TraceID: Trace] = [:]
    /// Traces by their first held span. Entries of traces that have left stay until the next sweep.
    private var order: [(number: UInt64, id: TraceID)] = []
    private var orderStart = 0
    private var nextNumber: UInt64 = 0
    /// Traces that had a failure, in a ring, and how many more spans of each may go.
    private var rescued: [TraceID: Int] = [:]
    private var rescuedRing: [TraceID] = []
    private var rescuedNext = 0

    /// Spans held now; at most the limit.
    private(set) var heldCount = 0

    /// What the configuration says of held spans and failures; a number below 1 counts as 1.
    init(_ configuration: OTLPConfiguration, at now: Instant) {
        spanLimit = max(configuration.heldSpans, 1)
        memory = max(configuration.rescuedTraces, 1)
        spansOfFailure = max(configuration.spansOfFailure, 1)
        bucket = configuration.failures.map { TokenBucket($0, at: now) }
    }

    /// Entries kept for the traces' order, those that have left included.
    var orderCount: Int { order.count }
    var rescuedCount: Int { rescued.count }

    /// An ended span of an unsampled trace in, spans to export out.
    ///
    /// - Parameter now: read for a failure alone.
    mutating func add(_ span: SpanRecord, at now: Instant) -> [SpanRecord] {
        let id = span.context.traceID
        if let left = rescued[id] {
            guard left > 0 else { return [] }
            rescued[id] = left - 1
            return [span]
        }
        if span.isFailure, case .granted? = bucket?.take(at: now) { return rescue(span, of: id) }
        if heldCount == spanLimit { evictOldest() }
        heldCount += 1
        // One look-up: hashing an id is a good part of what a held span costs.
        let traceCount = traces.count
        traces[id, default: Trace(number: nextNumber, spans: [])].spans.append(span)
        if traces.count > traceCount { append(id) }
        return []
    }

    /// The failure, and of what was held before it the beginning and the latest.
    private mutating func rescue(_ failure: SpanRecord, of id: TraceID) -> [SpanRecord] {
        var spans: [SpanRecord] = []
        if let trace = traces.removeValue(forKey: id) {
            heldCount -= trace.spans.count
            let room = spansOfFailure - 1
            let isWhole = trace.spans.count <= room
            spans = isWhole ? trace.spans : trace.spans.prefix(min(room, 1)) + trace.spans.suffix(max(room - 1, 0))
        }
        spans.append(failure)
        remember(id, left: spansOfFailure - spans.count)
        return spans
    }

    private mutating func append(_ id: TraceID) {
        if order.count >= 2 * spanLimit { sweep() }
        order.append((nextNumber, id))
        nextNumber += 1
    }

    private mutating func evictOldest() {
        while orderStart < order.count {
            let (number, id) = order[orderStart]
            orderStart += 1
            guard let index = traces.index(forKey: id), traces[index].value.number == number else { continue }
            heldCount -= traces[index].value.spans.count
            traces.remove(at: index)
            return
        }
    }

    /// No more traces are held than spans, so that at least half of the entries go: a constant cost for each entry.
    private mutating func sweep() {
        order = order[orderStart...].filter { traces[$0.id]?.number == $0.number }
        orderStart = 0
    }

    private mutating func remember(_ id: TraceID, left: Int) {
        rescued[id] = left
        if rescuedRing.count < memory {
            rescuedRing.append(id)
            return
        }
        rescued[rescuedRing[rescuedNext]] = nil
        rescuedRing[rescuedNext] = id
        rescuedNext = (rescuedNext + 1) % memory
    }
}
