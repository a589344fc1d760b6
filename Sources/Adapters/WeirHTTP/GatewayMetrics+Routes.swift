public import Weir

extension GatewayMetrics {
    /// The routes of the api and the admin listener begin at 0: a first 503 is a rise.
    public func registerRoutes() {
        registerRoute("relay", methods: ["GET", "POST"], statuses: [200])
        for route in Route.all {
            switch route.name {
            case .metrics, .messages, .batch, .message, .redrive, .redriveAll:
                registerRoute(route.label, methods: route.methods, statuses: [200, 503])
            default: continue
            }
            guard route.name == .messages || route.name == .redrive else { continue }
            registerRoute(route.label, methods: ["POST"], statuses: [202])
        }
    }
}
