import Relaying

/// What pages of WeChat's need.
extension Gateway {
    /// Signs a page for WeChat's JS-SDK, for an app that the caller may use.
    ///
    /// - Parameters:
    ///   - url: The page's address; its fragment is left out.
    ///   - name: The app's name or AppID.
    /// - Throws: `notFound` for an unknown app, `forbidden` for another's, `invalid` for what is no address, `rateLimited`, and `upstream`
    ///   where WeChat gives no ticket.
    public func sign(page url: String, app name: String, caller: Caller) async throws(MessageRefusal) -> PageSignature {
        // The journal has no part in it.
        if let why = relayProblem() { throw MessageRefusal(.shuttingDown, why, retryAfter: .seconds(5)) }
        try messageService.checkRate(caller, permits: 1)
        let directory = messageService.settings(of: caller).directory
        guard let app = directory.app(name) else {
            throw MessageRefusal(.notFound, "no app of the configuration has this name or AppID")
        }
        guard directory.allows(caller, app: app) else {
            throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
        }
        return try await relayService.sign(page: url, app: app)
    }

    /// The tickets that are kept now, by app and type, without the tickets.
    public func tickets() -> [TicketExpiry] {
        ticketOffice.expiries()
    }
}
