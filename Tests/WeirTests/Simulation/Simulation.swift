import Logging
import PrometheusMetrics
import Queueing
import Resilience
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Weir

/// One seeded run of a whole dispatcher between a simulated WeChat and a journal that commits, fails and survives crashes.
///
/// Everything happens on the calling thread, in an order that the seed alone decides.
final class Simulation {
    let seed: UInt64
    var chance: SeededGenerator
    let clock = ManualTimeSource(timestamp: MachineHarness.noon)
    let journal = MemoryJournal(isManual: true)
    var gateway: Gateway
    var transport: WorldTransport
    var world = SimulatedWeChat()
    var flights: [SimulatedWeChat.Flight] = []
    var tokenFlights: [SentRequest] = []
    var tokenFlightSince: Instant?
    /// What went wrong, the step first.
    var violations: [String] = []
    var step = 0

    /// Messages whose caller heard that they were accepted.
    var promised: Set<JobID> = []
    var ended: [JobID: JobState] = [:]
    /// Ends that came on disk in this life, by state.
    var ends: [String: Int] = [:]
    /// In this life: when permits of each gate were taken for requests that left.
    var starts: [Int: [Instant]] = [:]
    var calls: [Outbox<RelayEnd>] = []
    var wallDrift = Duration.zero

    static let limit = RateLimit(permits: 20, per: .seconds(1), burst: 10)

    init(seed: UInt64) throws {
        self.seed = seed
        chance = SeededGenerator(seed: seed)
        transport = WorldTransport()
        gateway = try Simulation.gateway(transport, journal, clock, seed: seed)
        begin()
    }

    private static func gateway(
        _ transport: WorldTransport,
        _ journal: MemoryJournal,
        _ clock: ManualTimeSource,
        seed: UInt64
    ) throws -> Gateway {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.defaultLimit = limit
        configuration.upstream.maxInFlight = 16
        let registry = MetricRegistry()
        return Gateway(
            configuration: configuration,
            transport: transport,
            journal: journal,
            time: StillTimeSource(clock: clock),
            registry: registry,
            metrics: try GatewayMetrics(registry),
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            seed: seed
        )
    }

    func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &chance) }

    // MARK: Lives

    private func begin() {
        do { try gateway.restore() } catch { violations.append("step \(step): \(error)") }
        startKeepers()
    }

    /// Lets each keeper look at the clock.
    func startKeepers() {
        for (index, keeper) in gateway.keepers.enumerated() {
            keeper.start { [dispatcher = gateway.dispatcher] in dispatcher.tokenChanged(app: index) }
        }
    }

    /// The process dies: what the journal has not committed is lost, and what was in flight may or may not have arrived.
    func crash() throws {
        for _ in 0..<roll(3) { journal.commitOne() }
        check()
        ends = [:]
        _ = journal.losePending()
        collectFlights()
        flights = []
        tokenFlights = []
        starts = [:]
        calls = []
        transport = WorldTransport()
        gateway = try Simulation.gateway(transport, journal, clock, seed: seed &+ UInt64(step))
        begin()
        for id in promised where journal.record(id) == nil { violations.append("step \(step): \(id) was lost") }
    }

    // MARK: Steps

    func run(steps: Int) throws {
        for _ in 0..<steps {
            step += 1
            try act()
            collectFlights()
            check()
        }
    }

    private func act() throws {
        switch roll(100) {
        case 0..<22: submitMessage()
        case 22..<32: submitCall()
        case 32..<52: _ = journal.commitOne()
        case 52..<58: journal.commit()
        case 58..<78: finishFlight()
        case 78..<90: advance(.milliseconds(roll(400)))
        case 90..<93: advance(.seconds(roll(90)))
        case 93: advance(.seconds(roll(7200)))
        case 94: stepWallClock()
        case 95: world.mood = SimulatedWeChat.Mood.allCases[roll(SimulatedWeChat.Mood.allCases.count)]
        case 96: if roll(4) == 0 { world.rivalRefreshes() }
        case 97: journal.fail(with: roll(3) == 0 ? .full("no room") : nil)
        case 98: cancelOne()
        default: if roll(3) == 0 { try crash() } else { operate() }
        }
        // What keepHouse does each second.
        gateway.dispatcher.setJournalWritable(journal.status().failure == nil)
    }

    private func submitMessage() {
        let dispatcher = gateway.dispatcher
        let type: MessageType = roll(3) == 0 ? .custom : .template
        let (id, now) = (dispatcher.makeID(), clock.timestamp())
        let record = MessageRecord(
            id: id,
            app: "main",
            type: type,
            priority: Priority.allCases[roll(4)],
            retryClass: ["available", "consistent", "async"][roll(3)],
            createdAt: now,
            notBefore: roll(8) == 0 ? now + .seconds(roll(600)) : nil,
            notAfter: roll(3) == 0 ? now + .seconds(1 + roll(3600)) : now + .seconds(3 * 86_400),
            body: Array("{\"client_msg_id\":\"\(id)\"}".utf8)
        )
        let api = APICatalog.descriptor(method: "POST", path: type.lanePath)
        let message = AcceptedMessage(
            record: record,
            app: 0,
            api: api,
            limit: Simulation.limit,
            isDeduplicated: type == .template
        )
        let outbox = Outbox<Result<Void, AcceptFailure>>()
        answers.append((id, outbox))
        dispatcher.accept(message) { outbox.put($0) }
    }

    /// Messages whose caller has not heard yet.
    var answers: [(id: JobID, outbox: Outbox<Result<Void, AcceptFailure>>)] = []

    private func submitCall() {
        let ends = Outbox<RelayEnd>()
        let isRepeatable = roll(2) == 0
        let path = isRepeatable ? Path.menu : Path.bizsend
        let call = RelayCall(
            method: "POST",
            targetPrefix: path + "?access_token=",
            targetSuffix: "",
            usesToken: true,
            headers: [],
            body: Array("{\"relayed\":\"call \(step)\"}".utf8),
            app: 0,
            api: APICatalog.descriptor(method: "POST", path: path),
            deadline: clock.now() + .milliseconds(1 + roll(6000)),
            isRepeatable: isRepeatable
        ) { ends.put($0) }
        calls.append(ends)
        let id = gateway.dispatcher.relay(
            call,
            priority: Priority.allCases[roll(4)],
            retryClass: "available",
            limit: Simulation.limit
        )
        if let id, roll(10) == 0 { gateway.dispatcher.hangUp(id) }
    }

    private func finishFlight() {
        guard !flights.isEmpty else { return }
        let flight = flights.remove(at: roll(flights.count))
        flight.request.completion(flight.result)
    }

    private func cancelOne() {
        guard let id = promised.randomElement(using: &chance) else { return }
        gateway.dispatcher.cancel(id) { _ in }
    }

    private func operate() {
        switch roll(4) {
        case 0: _ = gateway.setPaused(true, app: "main")
        case 1: _ = gateway.dispatcher.force(.open, breaker: gateway.dispatcher.snapshot().breakers.first?.name ?? "")
        case 2: _ = gateway.dispatcher.force(.auto, breaker: gateway.dispatcher.snapshot().breakers.first?.name ?? "")
        default: _ = gateway.setPaused(false, app: "main")
        }
    }

    func advance(_ duration: Duration) {
        // A disk may be slow, but is not stuck for minutes.
        if duration > .seconds(20) {
            journal.commit()
            collectFlights()
        }
        clock.advance(by: duration)
        giveUpLateFlights()
        startKeepers()
        gateway.dispatcher.look()
    }

    /// NTP moves the wall clock a little, never by half a minute in all.
    private func stepWallClock() {
        let target = Duration.seconds(roll(50) - 25)
        clock.stepWallClock(by: target - wallDrift)
        wallDrift = target
        // The house-keeping's, within a second.
        gateway.dispatcher.look()
    }
}
