import Queueing
import Resilience
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Weir

/// What callers, operators, WeChat's moods and the machine below do.
extension Simulation {
    func act() throws {
        let choice = roll(100)
        note("choice \(choice)")
        switch choice {
        case 0..<34: submitMessage()
        case 34..<56: submitCall()
        case 56..<60:
            for _ in 0..<roll(25) { roll(2) == 0 ? submitMessage() : submitCall() }
            for _ in 0..<roll(4) { submitAlert() }
        case 60..<64: cancelOne()
        case 64..<67: hangUpOne()
        case 67..<77: turnMood()
        case 77..<79: if roll(2) == 0 { world.rivalRefreshes(someApp) }
        case 79..<83: turnJournal()
        case 83..<89: _ = gateway.setPaused(roll(3) == 0, app: someApp)
        case 89..<94: forceBreaker()
        case 94: stepWallClock()
        case 95: if roll(3) == 0 { try crash() }
        case 96: reload()
        case 97: redriveOne()
        default: repeatOne()
        }
    }

    private var someApp: String { SimulatedConfiguration.apps[roll(SimulatedConfiguration.apps.count)] }

    private func turnMood() {
        let moods = SimulatedWeChat.Mood.allCases
        world.setMood(roll(3) == 0 ? .well : moods[roll(moods.count)], app: someApp)
    }

    // MARK: Calls

    private func submitCall() {
        guard let app = gateway.live.present.directory.app(someApp) else { return }
        let (method, path) = SimulatedConfiguration.calls[roll(SimulatedConfiguration.calls.count)]
        let api = APICatalog.descriptor(method: method, path: path)
        let outbox = Outbox<RelayEnd>()
        let usesToken = api.kind != .sns
        let call = RelayCall(
            method: method,
            targetPrefix: path + (usesToken ? "?access_token=" : "?access_token=OF-A-USER"),
            targetSuffix: "",
            usesToken: usesToken,
            headers: [],
            content: .bytes(Array("{\"relayed\":\"call \(step)\"}".utf8)),
            app: app.slot,
            api: api,
            deadline: time.now() + .milliseconds(1) + rollTime(api.group == .media ? .seconds(30) : .seconds(6)),
            isRepeatable: api.repeatability == .always || roll(3) == 0,
            path: path
        ) { outbox.put($0) }
        let id = dispatcher.relay(
            call,
            priority: Priority.allCases[roll(4)],
            retryClass: "available"
        )
        calls.append((id, outbox))
    }

    private func hangUpOne() {
        guard let id = calls.suffix(12).randomElement(using: &chance)?.id else { return }
        dispatcher.hangUp(id)
    }

    // MARK: Operators and clocks

    private func forceBreaker() {
        guard let breaker = dispatcher.snapshot().breakers.randomElement(using: &chance) else { return }
        _ = dispatcher.force([.open, .auto, .auto, .close][roll(4)], breaker: breaker.name)
    }

    /// NTP moves the wall clock a little, never by half a minute in all. No timer knows of that: the house-keeping, which runs in
    /// every gateway, looks within a second.
    private func stepWallClock() {
        let target = Duration.seconds(roll(50) - 25)
        time.stepWallClock(by: target - wallDrift)
        wallDrift = target
        dispatcher.look()
    }

    /// The apps that the configuration in force does not have.
    var unconfigured: Set<String> { Set(SimulatedConfiguration.apps).subtracting(configuration.apps.keys) }

    private func reload() {
        configuration = SimulatedConfiguration.reloaded(configuration, using: &chance)
        gateway.reload(configuration)
        // A new limit changes what is in the buckets, and what may pass from now on.
        refusedApps = Set(SimulatedConfiguration.apps)
        for index in flights.indices { flights[index].isOutdated = true }
        for gate in shadows.keys { shadows[gate]?.forgetDepartures(at: time.now()) }
        returned.formUnion(unconfigured)
    }
}
