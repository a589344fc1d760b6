import Logging
import PrometheusMetrics
import Queueing
import Resilience
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// One seeded run of a whole gateway between a simulated WeChat and a journal that commits, fails and survives crashes.
///
/// Time goes from event to event, and nobody looks at the queue who does not do so in production: work that nobody wakes stays
/// asleep and is found. Everything happens on the calling thread, in an order that the seed alone decides.
final class Simulation {
    let seed: UInt64
    /// Whether the gateway's house-keeping looks at the queue each second. Without it nothing hides a lost wake-up.
    let hasHousekeeping: Bool
    var chance: SeededGenerator
    let time = SimulatedTime(timestamp: Timestamp.noon)
    let journal = MemoryJournal(isManual: true)
    var configuration = SimulatedConfiguration.make()
    let secrets = SecretWatch()
    var gateway: Gateway
    var transport: WorldTransport
    var world = SimulatedWeChat()
    var agenda = Agenda()
    var flights: [Flight] = []
    /// What went wrong, the step first.
    var violations: [String] = []
    var step = 0
    /// What happened last, for whoever looks for the reason of a violation.
    var history: [String] = []
    var wallDrift = Duration.zero

    /// Messages whose sender has not heard yet.
    var unanswered: [SimulatedMessage] = []
    /// Messages that were sent with a key.
    var keyed: [SimulatedMessage] = []
    var ids: [String: JobID] = [:]
    var messageCount = 0
    /// Ended messages that somebody wants to be sent again.
    var redriven: Set<JobID> = []
    /// Messages whose caller heard that they were accepted.
    var promised: [JobID] = []
    var ended: [JobID: JobState] = [:]
    /// Ends that came on disk in this life, by app and state.
    var ends: [String: [String: Int]] = [:]
    /// In this life.
    var calls: [(id: JobID?, ends: Outbox<RelayEnd>)] = []
    /// By the number of the gate, in this life.
    var shadows: [UInt64: LimiterShadow] = [:]
    /// Attempts whose turn was looked at when they were started: what waits again at the same instant came later.
    var judged: (at: Instant, attempts: Set<MachineView.Attempt.Key>) = (Instant.zero, [])
    /// Apps that were away in this life: their counters began anew.
    var returned: Set<String> = []
    var breakerWatch = BreakerWatch()
    /// Apps whose buckets WeChat's word may have emptied in this step.
    var refusedApps: Set<String> = []

    init(seed: UInt64) throws {
        self.seed = seed
        hasHousekeeping = seed % 4 == 0
        chance = SeededGenerator(seed: seed)
        transport = WorldTransport()
        gateway = try Simulation.gateway(configuration, transport, journal, time, secrets, seed: seed)
        begin()
    }

    private static func gateway(
        _ configuration: GatewayConfiguration,
        _ transport: WorldTransport,
        _ journal: MemoryJournal,
        _ time: SimulatedTime,
        _ secrets: SecretWatch,
        seed: UInt64
    ) throws -> Gateway {
        var options = Gateway.Options()
        options.time = time
        options.logger = secrets.logger
        options.seed = seed
        return try Gateway(configuration: configuration, transport: transport, journal: journal, options: options)
    }

    var dispatcher: Dispatcher { gateway.dispatcher }

    func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &chance) }

    /// A duration below `most`, to the microsecond.
    func rollTime(_ most: Duration) -> Duration {
        .microseconds(Int64.random(in: 0...max(1, most.inNanoseconds / 1000), using: &chance))
    }

    // MARK: Lives

    private func begin() {
        do { try gateway.restore() } catch { report("\(error)") }
        gateway.roster.start()
        agenda = Agenda()
        agenda.outside = time.now()
        if hasHousekeeping { agenda.housekeeping = time.now() + .seconds(1) }
        time.settle()
        // What left with the start is looked at by the settings of that time.
        collectDepartures()
    }

    /// The process dies: what the journal has not committed is lost, and what was in flight may or may not have arrived.
    func crash() throws {
        for _ in 0..<roll(3) { commitOne() }
        time.settle()
        hear()
        collectDepartures()
        check()
        checkLife()
        tearDown()
        (shadows, calls, ends, unanswered) = ([:], [], [:], [])
        // What waits for an app that is not configured makes it a place again, which goes with its last message.
        returned = unconfigured
        breakerWatch = BreakerWatch()
        transport = WorldTransport()
        gateway = try Simulation.gateway(configuration, transport, journal, time, secrets, seed: seed &+ UInt64(step))
        learnIDs()
        begin()
        for id in promised where journal.record(id) == nil { report("\(id) was lost") }
    }

    /// Ends the old gateway's tasks, so that none is left hanging. Nothing that it does now reaches the disk or WeChat.
    func tearDown() {
        var orphans = journal.losePending()
        dispatcher.drain()
        for id in calls.compactMap(\.id) { dispatcher.hangUp(id) }
        repeat {
            for orphan in orphans { orphan(.failure(.closed)) }
            let requests = flights.map(\.request) + transport.take().map(\.request)
            flights = []
            for request in requests { request.completion(.failure(TransportFailure(.cancelled, bytesLeft: true))) }
            time.settle()
            orphans = journal.losePending()
        } while !orphans.isEmpty
        time.forgetSleepers()
        _ = journal.losePending()
    }

    /// Of messages whose senders will never hear that they are on disk.
    private func learnIDs() {
        for (id, record) in journal.model.messages {
            let recipient = SimulatedMessage.recipient(in: String(decoding: record.body, as: UTF8.self))
            if let recipient { ids[recipient] = id }
        }
    }

    // MARK: Steps

    func note(_ text: String) {
        history.append("\(step) at \(time.now().nanoseconds / 1000) µs: \(text)")
        if history.count > 30 { history.removeFirst(10) }
    }

    /// Lets this many outside events happen, and all that follows from them until then.
    func run(events: Int) throws {
        var left = events
        while left > 0, violations.isEmpty {
            guard let event = nextEvent() else { return report("nothing will ever happen again") }
            if event == .outside { left -= 1 }
            try perform(event)
        }
    }

    /// Lets the next event happen, and looks at what it has led to.
    func perform(_ event: Event) throws {
        step += 1
        refusedApps = []
        note("\(event)")
        switch event {
        case .wake: time.wakeNext()
        case .answer: answerNext()
        case .commit: commitNext()
        case .journalNews:
            agenda.journalNews = nil
            dispatcher.setJournalWritable(journal.status().failure == nil)
        case .housekeeping:
            agenda.housekeeping = time.now() + .seconds(1)
            dispatcher.setJournalWritable(journal.status().failure == nil)
            dispatcher.look()
        case .outside:
            agenda.outside = time.now() + gap()
            try act()
        }
        time.settle()
        hear()
        collectDepartures()
        check(after: event)
    }
}
