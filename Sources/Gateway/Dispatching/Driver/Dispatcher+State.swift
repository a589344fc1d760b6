import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

extension Dispatcher.State {
    /// A message as the queue has it, in the lane of its app.
    ///
    /// - Parameter api: of the message's type. It is looked up by path, so its caller does that before it holds the lock.
    mutating func job(
        _ message: Message,
        _ progress: MessageProgress,
        _ api: APIDescriptor,
        of app: Int,
        at now: Instant
    ) -> Job {
        let lane = lane(app: app, api: api, isDurable: true, at: now)
        return Job(message, progress, lane: lane, retryClass: classes.index(message.retryClass))
    }

    /// The lane of an app's api, with the app's limit for it where it is new.
    mutating func lane(
        app: Int,
        api: APIDescriptor,
        isDurable: Bool,
        at now: Instant
    ) -> LaneID {
        let number = machine.gateCount
        let lane = machine.lane(
            app: app,
            api: api,
            host: apps[app].origin,
            isDurable: isDurable,
            limit: apps[app].limits.limit(for: api.label),
            at: now
        )
        if machine.gateCount > number { events.append(.gateMade(gateName(of: lane))) }
        return lane
    }

    func gateName(of lane: LaneID) -> GateName { gateName(ofGate: machine.gate(of: lane)) }

    func gateName(ofGate index: Int) -> GateName {
        let gate = machine.gates[index]
        return GateName(number: gate.number, app: machine.apps[gate.app].name, api: gate.api.label)
    }

    /// Asks the keeper whether the app has a token.
    mutating func refreshToken(of app: Int, at now: Moment) {
        guard let keeper = apps[app].keeper else { return }
        machine.setToken(keeper.presentState(), app: app, at: now)
    }

    /// The same after the keeper has said that something changed; what waits for the answer to a token request goes on with it.
    mutating func tokenChanged(app: Int, at now: Moment) {
        refreshToken(of: app, at: now)
        guard let keeper = apps[app].keeper else { return }
        let answers = keeper.answers
        guard answers != tokenAnswers[app] else { return }
        tokenAnswers[app] = answers
        machine.tokenWasFetched(app: app, at: now)
    }

    mutating func removeCall(_ id: JobID) -> QueuedCall? {
        guard let call = calls.removeValue(forKey: id) else { return nil }
        if !call.isUnderWay { room.leave(call.call.client, bytes: call.call.size) }
        return call
    }

    /// A call's attempt starts: it takes no room among those that wait any more.
    mutating func depart(_ id: JobID) -> Departure? {
        guard let index = calls.index(forKey: id) else { return nil }
        let call = calls.values[index].call
        // A call that can't be repeated is never taken back.
        let signal = call.isRepeatable ? CancelSignal() : nil
        calls.values[index].isUnderWay = true
        calls.values[index].cancelSignal = signal
        room.leave(call.client, bytes: call.size)
        return Departure(
            call: call,
            trail: calls.values[index].trail,
            runtime: apps[call.app.index],
            connectTimeout: settings.connectTimeout,
            signal: signal
        )
    }

    /// A call whose attempt has ended waits for another.
    mutating func waitAgain(_ id: JobID) {
        guard calls[id]?.isUnderWay == true, let call = calls[id]?.call else { return }
        calls[id]?.isUnderWay = false
        calls[id]?.cancelSignal = nil
        room.reenter(call.client, bytes: call.size)
    }

    /// Whoever waits for a message's end, to be told after the lock is released.
    mutating func removeWatchers(_ id: JobID) -> [@Sendable () -> Void] {
        watchers.isEmpty ? [] : Array((watchers.removeValue(forKey: id) ?? [:]).values)
    }
}

extension Job {
    fileprivate init(_ message: Message, _ progress: MessageProgress, lane: LaneID, retryClass: UInt8) {
        self.init(
            id: message.id,
            lane: lane,
            priority: message.priority,
            isDurable: true,
            retryClass: retryClass,
            acceptedAt: message.createdAt,
            notBefore: [message.notBefore, progress.nextAt].compactMap { $0 }.max(),
            expiresAt: message.notAfter,
            countedAttempts: UInt32(clamping: progress.countedAttempts),
            startedAttempts: UInt32(clamping: progress.startedAttempts),
            firstAttemptAt: progress.firstAttemptAt
        )
        if let asked = message.notBefore, progress.nextAt.map({ asked >= $0 }) ?? true { marks.insert(.callersTime) }
        if progress.isInDoubt { marks.insert(.ambiguous) }
    }
}

extension Dispatcher.State {
    /// A breaker's name, as people know it.
    func name(ofBreaker index: Int) -> String {
        let key = machine.breakerKeys[index]
        return key.name(app: machine.apps[key.app].name)
    }
}

extension Dispatcher {
    /// The tokens that the apps' calls were made with in the last hours: all that may still work, or be told of.
    package func recentTokens() -> [String] {
        state.withLock { $0.apps }.flatMap { $0.keeper?.recentTokens ?? [] }
    }

    /// Whether an app or robot of the name that the journal has is configured.
    package func hasApp(_ name: String) -> Bool {
        state.withLock { state in state.machine.app(named: name).map { state.machine.apps[$0].isPresent } ?? false }
    }
}

/// Bodies of messages that will be sent soon, so that the usual message is never read back from disk. Bounded: what finds no room is
/// read when its attempt starts.
struct BodyStore: Sendable {
    /// Bytes that it may take at most.
    let limit: Int
    private var parcels: [JobID: Parcel] = [:]
    private(set) var bytes = 0

    init(limit: Int) {
        self.limit = limit
    }

    func contains(_ id: JobID) -> Bool {
        parcels[id] != nil
    }

    mutating func keep(_ parcel: Parcel, for id: JobID) {
        guard bytes + parcel.size <= limit, parcels[id] == nil else { return }
        parcels[id] = parcel
        bytes += parcel.size
    }

    mutating func take(_ id: JobID) -> Parcel? {
        guard let parcel = parcels.removeValue(forKey: id) else { return nil }
        bytes -= parcel.size
        return parcel
    }
}

/// A waiting message's body with where its attempts belong.
struct Parcel: Sendable {
    var body: [UInt8]
    var trail: Trail

    init(body: [UInt8], trail: Trail) {
        self.body = body
        self.trail = trail
    }

    /// Bytes that it takes: its body, and about as much as its trail and its place in a dictionary have.
    var size: Int { body.count + 256 }

    init(_ stored: StoredBody) {
        self.init(body: stored.bytes, trail: Trail(traceparent: stored.traceparent))
    }
}

/// The room for relayed calls that wait: how many, and how many bytes their bodies take, in all and by client.
///
/// No client fills it: whoever has calls waiting may add one only while its share is less than three times what is free
/// (``SlotShares``). Small bodies take places but no bytes, so that an urgent call of a few bytes finds room beside uploads.
struct WaitingRoom: Sendable {
    struct Share: Equatable, Sendable {
        var calls = 0
        var bytes = 0
    }

    /// Bodies up to this size, in bytes, take no bytes.
    static let smallBody = 16 << 10

    private(set) var total = Share()
    private var clients: [String: Share] = [:]

    func share(of client: String) -> Share { clients[client] ?? Share() }

    /// Lets a call wait, if there is room for it.
    mutating func enter(_ client: String, bytes: Int, maxCalls: Int, maxBytes: Int) -> Bool {
        let bytes = WaitingRoom.charged(bytes)
        let own = share(of: client)
        guard total.calls < maxCalls, allows(own.calls, 1, total.calls, of: maxCalls) else { return false }
        // One that is larger than all the room goes alone.
        if bytes > 0, total.bytes > 0 {
            guard bytes <= maxBytes - total.bytes, allows(own.bytes, bytes, total.bytes, of: maxBytes) else {
                return false
            }
        }
        add(client, calls: 1, bytes: bytes)
        return true
    }

    /// The call goes on its way, or has ended.
    mutating func leave(_ client: String, bytes: Int) {
        add(client, calls: -1, bytes: -WaitingRoom.charged(bytes))
    }

    /// A call that had gone on its way waits again: it is never sent away.
    mutating func reenter(_ client: String, bytes: Int) {
        add(client, calls: 1, bytes: WaitingRoom.charged(bytes))
    }

    private mutating func add(_ client: String, calls: Int, bytes: Int) {
        total.calls += calls
        total.bytes += bytes
        var own = share(of: client)
        own.calls += calls
        own.bytes += bytes
        clients[client] = own == Share() ? nil : own
    }

    private func allows(_ own: Int, _ more: Int, _ taken: Int, of size: Int) -> Bool {
        let free = size - taken
        return own == 0 || own + more <= max(1, free) * SlotShares.factor
    }

    private static func charged(_ bytes: Int) -> Int { bytes <= smallBody ? 0 : bytes }
}
