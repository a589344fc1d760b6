import Resilience
import Synchronization
import Timekeeping
import WeChat

extension ExplanationFacts {
    /// Adds to a message what is known of it beyond the journal.
    init(_ record: MessageRecord, report: WaitingReport?, dispatcher: Dispatcher, policy: RetryPolicy?, now: Timestamp)
    {
        let api = record.type.lanePath
        let place = dispatcher.state.withLock { state -> (limit: RateLimit?, breaker: String?) in
            guard let app = state.machine.app(named: record.app) else { return (nil, nil) }
            let gates = state.machine.breakersOfApp[app].flatMap { state.machine.gatesOfBreaker[$0] }
            guard let index = gates.first(where: { state.machine.gates[$0].api.label == api }) else {
                return (state.apps[app].configuration.limit(for: api), nil)
            }
            let gate = state.machine.gates[index]
            return (gate.bucket.limit, state.name(ofBreaker: gate.breaker))
        }
        self.init(
            record: record,
            report: report,
            policy: policy,
            limit: place.limit,
            breaker: place.breaker,
            now: now
        )
    }
}
