import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeirPorts

/// What a configuration changes about the apps and robots.
package struct AppChanges: Sendable {
    /// Those that are new, that return, or that have other settings.
    package var arriving: [AppRuntime] = []
    /// The names of those that are not configured any more.
    package var leaving: [String] = []

    package init(arriving: [AppRuntime] = [], leaving: [String] = []) {
        self.arriving = arriving
        self.leaving = leaving
    }
}

extension Dispatcher {
    /// Takes over the limits, classes and rules of a new configuration, and what it changes about the apps, without touching the
    /// others or what waits. It knows every class and app from then on: what names them may follow.
    ///
    /// - Returns: where the arriving apps are, by name.
    package func reload(_ settings: DispatchSettings, _ changes: AppChanges) -> [String: AppSlot] {
        update { state, now in
            state.classes.update(settings)
            state.shares.update(settings)
            state.settings = settings
            state.machine.update(settings.policy(state.classes, state.shares), at: now)
            return state.take(changes, at: now)
        }
    }

    /// The apps that left and of which nothing is there any more, since this was asked last; none where they are not more than `few`.
    package func takeDeparted(moreThan few: Int = 0) -> [DepartedApp] {
        state.withLock { state in
            guard state.departed.count > few else { return [] }
            defer { state.departed = [] }
            return state.departed
        }
    }

    /// Whether an app or robot of the name that the journal has is configured.
    package func hasApp(_ name: String) -> Bool {
        state.withLock { $0.machine.presentApp(named: name) != nil }
    }

    /// The gates of apps.
    package func gates(of names: Set<String>) -> [GateName] {
        state.withLock { state in
            names.compactMap { state.machine.app(named: $0) }.flatMap { state.machine.gateNames(of: $0) }
        }
    }

    /// The tokens that the apps' calls were made with in the last hours: all that may still work, or be told of.
    package func recentTokens() -> [String] {
        state.withLock { $0.apps }.runtimes.flatMap { $0.keeper?.recentTokens ?? [] }
    }

    /// The token keeper may have news.
    package func tokenChanged(app slot: AppSlot) {
        update { state, now in state.tokenChanged(slot, at: now) }
    }
}
