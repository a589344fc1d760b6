import Resilience
import WeChat

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
        configuration.apps["spare"]?.defaultLimit = RateLimit(permits: 30, per: .seconds(60), burst: 5)
        configuration.upstream.maxInFlight = 16
        configuration.queue.capacity = 400
        return configuration
    }
}
