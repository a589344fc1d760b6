public import Weir

extension GatewayMetrics {
    /// The routes of the api and the admin listener begin at 0: a first 503 is a rise.
    public func registerRoutes() {
        registerRoute("relay", methods: ["GET", "POST"], statuses: [200, 400, 500])
        let asked = [200, 400, 401, 403, 404, 422, 429, 500, 503]
        for route in Route.all {
            switch route.name {
            case .metrics: registerRoute(route.label, methods: route.methods, statuses: [200, 500, 503])
            case .messages, .batch, .message, .redrive, .redriveAll:
                registerRoute(route.label, methods: route.methods, statuses: asked)
            case .events:
                registerRoute(route.label, methods: route.methods, statuses: asked + [202, 409, 413, 415])
            case .page, .quota, .suppressions, .suppression:
                registerRoute(route.label, methods: route.methods, statuses: asked)
            case .alerts: registerRoute(route.label, methods: route.methods, statuses: asked + [413, 415])
            default: continue
            }
            switch route.name {
            case .messages: registerRoute(route.label, methods: ["POST"], statuses: [202, 409, 413, 415])
            case .batch: registerRoute(route.label, methods: ["POST"], statuses: [413, 415])
            case .redrive: registerRoute(route.label, methods: ["POST"], statuses: [202, 409])
            case .message: registerRoute(route.label, methods: ["DELETE"], statuses: [409])
            default: continue
            }
        }
    }
}
