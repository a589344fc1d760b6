internal import Queueing
internal import Synchronization
package import Timekeeping
package import WeirPorts
internal import WireJSON

/// Tells destinations what the journal says that they are to be told: asks the machine under a lock, reads, signs, sends, and writes down
/// what came of it.
///
/// What waits is in the journal from the commit on that caused it. What was taken and not yet written down when the process dies goes
/// again, under the same number.
package final class DeliveryService: Sendable {
    private struct State {
        var machine: DeliveryMachine
        var terms: DeliveryTerms
        var generator: SplitMix64
        /// What came before the journal was read.
        var early: [WaitingDelivery] = []
        var isRunning = false
        /// The last that was read at the start: what is told of again up to it is here already.
        var lastRead = Int64.min
        var isWritable = true
    }

    private let state: Mutex<State>
    private let timer = Mutex<WakeTimer?>(nil)
    private let journal: any Journal
    private let transport: any Transport
    private let observer: any DeliveryObserver
    private let time: any TimeSource
    private let show: @Sendable (MessageRecord) -> [UInt8]

    /// - Parameter show: a message as its client may see it, as a JSON object.
    package init(
        _ terms: DeliveryTerms,
        journal: any Journal,
        transport: any Transport,
        observer: any DeliveryObserver,
        time: any TimeSource,
        seed: UInt64,
        limits: DeliveryMachine.Limits = DeliveryMachine.Limits(),
        show: @escaping @Sendable (MessageRecord) -> [UInt8]
    ) {
        state = Mutex(
            State(machine: DeliveryMachine(limits), terms: terms, generator: SplitMix64(seed: seed))
        )
        self.journal = journal
        self.transport = transport
        self.observer = observer
        self.time = time
        self.show = show
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.proceed() } }
    }

    // MARK: Life

    /// Reads what an earlier process left, and begins. Called once.
    package func start() throws(JournalError) {
        var waiting: [WaitingDelivery] = []
        try journal.deliveries { waiting.append($0) }
        let known = Set(waiting.map(\.place))
        let dropped = state.withLock { state in
            let early = state.early.filter { !known.contains($0.place) }
            (state.early, state.isRunning) = ([], true)
            state.lastRead = known.max() ?? .min
            return state.machine.add(waiting + early, at: time.moment())
        }
        forget(dropped)
        proceed()
    }

    /// Begins no more attempts.
    package func stop() {
        state.withLock { $0.isRunning = false }
        timer.withLock { $0 }?.stop()
    }

    /// Whether attempts are in flight.
    package var isBusy: Bool { state.withLock { $0.machine.inFlight > 0 } }

    /// Takes over what a reload changed.
    package func reload(_ terms: DeliveryTerms) {
        state.withLock { state in
            guard state.terms != terms else { return }
            state.terms = terms
            state.machine.goOn()
        }
        proceed()
    }

    /// To be called about once a second. While the journal takes nothing, nothing is sent: what came of it could not be written down.
    package func keepHouse(isJournalWritable: Bool) {
        let isNews = state.withLock { state in
            defer { state.isWritable = isJournalWritable }
            return state.isWritable != isJournalWritable
        }
        if isNews { proceed() }
    }

    /// What each destination waits for.
    package var states: [DeliveryBacklog] { state.withLock { $0.machine.states } }

    // MARK: What comes

    /// The journal has these on disk.
    package func take(_ new: [WaitingDelivery]) {
        let dropped = state.withLock { state -> [WaitingDelivery] in
            guard state.isRunning else {
                state.early += new
                return []
            }
            return state.machine.add(new.filter { $0.place > state.lastRead }, at: time.moment())
        }
        forget(dropped)
        proceed()
    }

    private func forget(_ dropped: [WaitingDelivery]) {
        guard !dropped.isEmpty else { return }
        journal.append(
            dropped.map { .settleDelivery($0.place, .over(keptUntil: $0.createdAt + Delivery.knownFor)) }
        ) { _ in }
        for one in dropped { tell(one, .dropped, attempts: one.attempts, "too many wait") }
    }

    // MARK: Attempts

    private func proceed() {
        while true {
            let (lease, wake) = state.withLock { state -> (DeliveryMachine.Lease?, Instant?) in
                guard state.isRunning, state.isWritable else { return (nil, nil) }
                return (state.machine.next(at: time.now()), state.machine.wake)
            }
            guard let lease else {
                timer.withLock { $0 }?.arm(at: wake)
                return
            }
            Task(executorPreference: time.executor) { [self] in await attempt(lease) }
        }
    }

    private func attempt(_ lease: DeliveryMachine.Lease) async {
        let delivery = lease.delivery
        let terms = state.withLock { $0.terms }
        guard time.timestamp() - delivery.createdAt <= terms.lifetime else {
            return end(lease, .hopeless, "its time is over")
        }
        guard let target = terms.targets[delivery.destination] else {
            return postpone(lease, by: .seconds(60))
        }
        do throws(JournalError) {
            guard let stored = try await journal.delivery(delivery.place) else { return end(lease, .void, "gone") }
            switch stored.content {
            case .body(let body):
                guard let address = target.address else { return end(lease, .hopeless, "no address") }
                send(lease, body, to: address, target, terms)
            case .ended(let id, let url):
                // What was redriven since will end again, and is told then.
                guard let record = try await journal.message(id) else {
                    return end(lease, .hopeless, "its message is not kept any more")
                }
                guard record.state.isTerminal else { return end(lease, .void, "it waits again") }
                guard let address = try? DeliveryAddress(url), target.prefixes.contains(where: address.isUnder) else {
                    // A slip in the settings may be mended: it waits as for a destination that is missing, and holds up no other.
                    return postpone(lease, by: .seconds(60), pausesLane: false)
                }
                send(lease, body(stored, record), to: address, target, terms)
            case .gone: end(lease, .hopeless, "its message is not kept any more")
            }
        } catch {
            postpone(lease, by: .seconds(1))
        }
    }

    private func body(_ stored: StoredDelivery, _ record: MessageRecord) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "message.ended")
            json.member("app", stored.app)
            json.member("at", stored.waiting.createdAt.rfc3339)
            json.member("message", raw: show(record))
        }
        return json.bytes
    }

    private func send(
        _ lease: DeliveryMachine.Lease,
        _ body: [UInt8],
        to address: DeliveryAddress,
        _ target: DeliveryTerms.Target,
        _ terms: DeliveryTerms
    ) {
        let request = UpstreamRequest(
            method: "POST",
            origin: address.origin,
            target: address.target,
            headers: DeliverySignature.headers(lease.delivery, body, secret: target.secret, at: time.timestamp()),
            body: body,
            timeout: DeliveryTerms.timeout,
            connectTimeout: terms.connectTimeout,
            replyLimit: DeliveryTerms.longestAnswer
        )
        transport.send(request) { [self] result in
            switch result {
            case .success(let reply) where 200..<300 ~= reply.status: end(lease, .taken, "")
            case .success(let reply): end(lease, .failed, "status \(reply.status)")
            case .failure(let failure) where failure.kind == .shortage || failure.kind == .cancelled:
                // This machine's, or the end of the process.
                postpone(lease, by: .seconds(1))
            case .failure(let failure):
                end(lease, failure.kind == .invalid ? .hopeless : .failed, failure.kind.rawValue)
            }
        }
    }

    // MARK: Ends

    private func end(_ lease: DeliveryMachine.Lease, _ end: DeliveryMachine.End, _ reason: String) {
        let settlement = state.withLock { state in
            state.machine.end(lease, end, state.terms, at: time.moment(), using: &state.generator)
        }
        write(lease.delivery, settlement, end == .void ? nil : end, reason)
    }

    private func postpone(_ lease: DeliveryMachine.Lease, by pause: Duration, pausesLane: Bool = true) {
        let settlement = state.withLock { state in
            state.machine.postpone(lease, by: pause, pausesLane: pausesLane, state.terms, at: time.moment())
        }
        guard let settlement else { return proceed() }
        write(lease.delivery, settlement, .failed, "never tried")
    }

    private func write(
        _ delivery: WaitingDelivery,
        _ settlement: DeliverySettlement,
        _ end: DeliveryMachine.End?,
        _ reason: String
    ) {
        journal.append([.settleDelivery(delivery.place, settlement)]) { _ in }
        switch settlement {
        case .waits(let attempts, _): tell(delivery, .failed, attempts: attempts, reason)
        case .dead(let attempts, _): tell(delivery, .dead, attempts: attempts, reason)
        case .over: if end != nil { tell(delivery, .taken, attempts: delivery.attempts + 1, reason) }
        }
        proceed()
    }

    private func tell(_ delivery: WaitingDelivery, _ result: DeliveryResult, attempts: Int, _ reason: String) {
        observer.observe(
            DeliveryEvent(
                destination: delivery.destination,
                result: result,
                number: delivery.number,
                attempts: attempts,
                reason: reason
            )
        )
    }
}
