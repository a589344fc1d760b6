import Weir

extension MessageRoutes {
    /// A sender that is over a limit is told which.
    func limits(_ refusal: MessageRefusal) -> [(name: String, value: String)] {
        guard refusal.reason == .rateLimited || refusal.reason == .budgetExceeded, let name = trace.clientName else {
            return []
        }
        return handler.gateway.limitFields(of: Caller(name: name))
    }
}
