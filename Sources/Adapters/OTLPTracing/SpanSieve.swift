/// Holds ended spans of traces that were not sampled, until one of them fails or room is needed: so every failure is
/// exported with what came before it, whatever the ratio.
struct SpanSieve {
    private struct Trace {
        var number: UInt64
        var spans: [SpanRecord]
    }

    private let spanLimit: Int
    private let memory: Int
    private var traces: [TraceID: Trace] = [:]
    /// Traces by their first held span. Entries of traces that have left stay until the next sweep.
    private var order: [(number: UInt64, id: TraceID)] = []
    private var orderStart = 0
    private var nextNumber: UInt64 = 0
    /// Traces that had a failure, in a ring.
    private var rescued: Set<TraceID> = []
    private var rescuedRing: [TraceID] = []
    private var rescuedNext = 0

    /// Spans held now; at most the limit.
    private(set) var heldCount = 0

    /// - Parameters:
    ///   - spanLimit: spans held at once; beyond it the trace whose first span came earliest goes.
    ///   - memory: failed traces that are remembered, so that their later spans are exported too.
    init(spanLimit: Int, memory: Int) {
        self.spanLimit = max(spanLimit, 1)
        self.memory = max(memory, 1)
    }

    /// Entries kept for the traces' order, those that have left included.
    var orderCount: Int { order.count }
    var rescuedCount: Int { rescued.count }

    /// An ended span of an unsampled trace in, spans to export out.
    mutating func add(_ span: SpanRecord) -> [SpanRecord] {
        let id = span.context.traceID
        if rescued.contains(id) { return [span] }
        if span.isFailure {
            remember(id)
            guard let trace = traces.removeValue(forKey: id) else { return [span] }
            heldCount -= trace.spans.count
            return trace.spans + [span]
        }
        if heldCount == spanLimit { evictOldest() }
        heldCount += 1
        // One look-up: hashing an id is a good part of what a held span costs.
        let traceCount = traces.count
        traces[id, default: Trace(number: nextNumber, spans: [])].spans.append(span)
        if traces.count > traceCount { append(id) }
        return []
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

    private mutating func remember(_ id: TraceID) {
        rescued.insert(id)
        if rescuedRing.count < memory {
            rescuedRing.append(id)
            return
        }
        rescued.remove(rescuedRing[rescuedNext])
        rescuedRing[rescuedNext] = id
        rescuedNext = (rescuedNext + 1) % memory
    }
}
