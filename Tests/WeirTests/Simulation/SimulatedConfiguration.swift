import Queueing
import Resilience
import WeChat

@testable import Dispatching
@testable import Weir

/// The apps of a simulation, each with limits of another kind.
enum SimulatedConfiguration {
    /// In the order in which the gateway numbers them.
    static let apps = ["main", "shop", "spare"]

    /// What is sent as messages.
    static let types: [MessageType] = [.template, .template, .template, .custom, .custom, .subscribe, .mass]

    /// What is relayed: method and path.
    static let calls = [
        ("GET", Path.menu), ("GET", Path.menu), ("POST", Path.bizsend), ("POST", Path.template), ("POST", Path.custom),
        ("POST", Path.upload), ("GET", "/sns/userinfo"), ("POST", "/cgi-bin/of/no/catalog"),
    ]

    static let maxInFlight = 16

    /// What an operator may change while the gateway runs.
    static func reloaded(
        _ old: GatewayConfiguration,
        using chance: inout some RandomNumberGenerator
    ) -> GatewayConfiguration {
        var configuration = old
        let app = apps.randomElement(using: &chance) ?? apps[0]
        switch Int.random(in: 0..<10, using: &chance) {
        case 0:
            let number = Int.random(in: 1...3, using: &chance)
            let others = Bool.random(using: &chance) ? [] : ["https://\(app)-\(number + 1).example"]
            configuration.apps[app]?.hosts = ["https://\(app)-\(number).example"] + others
        case 1:
            let permits = Int.random(in: 1...40, using: &chance)
            let limit = RateLimit(permits: permits, per: .seconds(1), burst: 1 + permits / 3)
            configuration.apps[app]?.defaultLimit = limit
        case 2: configuration.apps[app]?.limits = [Path.custom: RateLimit(permits: 1, per: .seconds(2), burst: 1)]
        case 3: configuration.upstream.maxInFlight = Int.random(in: 4...maxInFlight, using: &chance)
        case 4: configuration.retry.classes["available"] = Bool.random(using: &chance) ? .consistent : .available
        case 5 where configuration.apps.count > 1: configuration.apps[app] = nil
        case 6, 7:
            // Whoever left returns as it was.
            for (name, app) in make().apps where configuration.apps[name] == nil { configuration.apps[name] = app }
        case 8: configuration.apps[app]?.appID = "wx-\(app)-\(Int.random(in: 1...3, using: &chance))"
        default: configuration.breaker.open = .seconds(Int.random(in: 1...20, using: &chance))
        }
        return configuration
    }

    static func make() -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        for name in apps {
            var app = AppConfiguration(appID: "wx-\(name)", secret: "APPSECRET-of-\(name)")
            app.hosts = ["https://\(name).example"]
            app.defaultLimit = RateLimit(permits: 20, per: .seconds(1), burst: 10)
            configuration.apps[name] = app
        }
        configuration.apps["main"]?.limits = [
            Path.custom: RateLimit(permits: 3, per: .seconds(1), burst: 1),
            MessageType.mass.lanePath: RateLimit(permits: 1, per: .seconds(60), burst: 1),
            Path.upload: RateLimit(permits: 7, per: .seconds(3), burst: 2),
        ]
        configuration.apps["shop"]?.defaultLimit = RateLimit(permits: 500, per: .seconds(1), burst: 500)
        configuration.apps["shop"]?.hosts = (1...3).map { "https://shop-\($0).example" }
        configuration.apps["spare"]?.defaultLimit = RateLimit(permits: 30, per: .seconds(60), burst: 5)
        let mass = [MessageType.mass.lanePath, "/cgi-bin/message/mass/sendall"]
        var orders = ClientConfiguration(keys: ["KEY-of-orders"])
        orders.apis = mass
        var billing = ClientConfiguration(keys: ["KEY-of-billing"])
        billing.apis = mass
        billing.maxPriority = .normal
        billing.rate = RateLimit(permits: 5, per: .seconds(1), burst: 20)
        configuration.clients = ["orders": orders, "billing": billing]
        configuration.upstream.maxInFlight = maxInFlight
        // Few calls are made at a time: breakers are to open all the same.
        configuration.breaker.minimumCalls = 5
        configuration.queue.capacity = 400
        return configuration
    }
}
