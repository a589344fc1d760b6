public import Weir

extension GatewayMetrics {
    /// The routes of the api and the admin listener begin at 0: a first 503 is a rise.
    public func registerRoutes() {
        registerRoute("relay", methods: ["GET", "POST"], statuses: [200])
        registerRoute("/metrics", methods: ["GET"], statuses: [200, 503])
        let routes: [MessageRoute] = [.messages, .batch, .message(""), .redrive(""), .redriveAll]
        for route in routes {
            let methods = route.methods.split(separator: ", ").map(String.init)
            registerRoute(route.label, methods: methods, statuses: [200, 503])
        }
        for route in [MessageRoute.messages, .redrive("")] {
            registerRoute(route.label, methods: ["POST"], statuses: [202])
        }
    }
}
