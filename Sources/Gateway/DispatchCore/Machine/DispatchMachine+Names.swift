package import Queueing
package import WeChat

/// What people and metrics call things.
extension DispatchMachine {
    /// The place of an app that is configured, or of one that left while work of it waits.
    package func app(named name: String) -> AppPlace? { apps[name] }

    /// The place of an app that is configured.
    package func presentApp(named name: String) -> AppPlace? {
        apps[name].flatMap { apps[$0].isPresent ? $0 : nil }
    }

    package func name(_ gate: GateID) -> GateName {
        GateName(number: gates[gate].number, app: apps[gates[gate].app].name, api: gates[gate].api.label)
    }

    /// The name of the gate that a lane leads to.
    package func gateName(of lane: LaneID) -> GateName { name(lane.gate) }

    /// The gates of an app.
    package func gateNames(of app: AppPlace) -> [GateName] { gates(of: app).map { name($0) } }

    /// The api whose work a gate lets through.
    package func api(of gate: GateID) -> APIDescriptor { gates[gate].api }

    package func name(_ breaker: BreakerID) -> String {
        let key = breakers[breaker].key
        return key.name(app: apps[key.app].name)
    }

    /// The breaker of a name: of several hosts that are called alike, the one that is in use. Only its app's are looked at, as there can be
    /// ten thousand.
    package func breaker(named name: String) -> BreakerID? {
        let app = apps[String(name.prefix { $0 != BreakerKey.separator })]
        let found = app.map { apps[$0].breakers.filter { self.name($0) == name } } ?? []
        return found.first { breakers[$0].isInUse } ?? found.first
    }
}
