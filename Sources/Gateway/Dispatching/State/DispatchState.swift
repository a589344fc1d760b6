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
