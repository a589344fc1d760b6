import Dispatching
import Logging
import WeChat

/// WeChat's daily quotas: what of them is used, and how an operator has them counted anew.
extension Gateway {
    /// One api's daily quota.
    public struct AppQuota: Sendable {
        /// The app's name.
        public let app: String
        /// The api's label, as metrics have it.
        public let api: String
        /// What of it is used.
        public let quota: DispatchSnapshot.Quota
    }

    /// Quotas that one answer has at most.
    public static let mostQuotas = 1000

    /// The quotas of the apis that were called today or since the start, by app and api, of all apps that the caller may use or of one.
    ///
    /// - Parameter name: An app's name or AppID; `nil` for all.
    /// - Returns: at most ``mostQuotas``, and whether there are more.
    /// - Throws: `notFound` for an unknown app, `forbidden` for another's, `rateLimited`.
    public func quotas(
        of name: String?,
        caller: Caller
    ) throws(MessageRefusal) -> (quotas: [AppQuota], hasMore: Bool) {
        try messageService.checkRate(caller, permits: 1)
        let settings = messageService.settings(of: caller)
        var apps: [String] = []
        if let name {
            guard let app = settings.directory.app(name) else {
                throw MessageRefusal(.notFound, "no app of the configuration has this name or AppID", field: "app")
            }
            guard caller.isOperator || settings.directory.allows(caller, app: app) else {
                throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
            }
            apps = [app.name]
        } else {
            apps = settings.configuration.apps.keys.sorted()
        }
        var quotas: [AppQuota] = []
        for name in apps {
            guard let app = settings.directory.app(name),
                caller.isOperator || settings.directory.allows(caller, app: app)
            else { continue }
            quotas += dispatcher.quotas(of: app.slot).map { AppQuota(app: name, api: $0.api, quota: $0.quota) }
            if quotas.count > Gateway.mostQuotas { return (Array(quotas.prefix(Gateway.mostQuotas)), true) }
        }
        return (quotas, false)
    }

    /// Has WeChat count all quotas of an account anew. It does so ten times a month, whoever asks.
    ///
    /// - Returns: how often that was done this month through Weir.
    /// - Throws: `notFound` for an unknown app, `wrongState` where WeChat does it no more this month, `upstream` where it did not.
    public func clearQuotas(of name: String, because why: String?) async throws(MessageRefusal) -> Int {
        if let why = relayProblem() { throw MessageRefusal(.shuttingDown, why, retryAfter: .seconds(5)) }
        guard let app = live.present.directory.app(name) else {
            throw MessageRefusal(.notFound, "no app of the configuration has this name or AppID")
        }
        let (end, count) = await dispatcher.clearQuotas(of: app.slot, appID: app.configuration.appID)
        guard let count else { throw Gateway.refusal(end) }
        let metadata: Logger.Metadata = [
            "app": "\(app.name)", "reason": "\(Cause.words(why))", "this_month": .stringConvertible(count),
        ]
        logger.notice("quotas cleared", metadata: metadata)
        return count
    }

    private static func refusal(_ end: RelayEnd) -> MessageRefusal {
        let none = MessageRefusal(.wrongState, "WeChat clears an account's quotas ten times a month, and has done so")
        switch end {
        case .attempted(let last) where last.classification.errcode == 48_006: return none
        // WeChat has said so today.
        case .refused(let obstacle, _) where obstacle.reason == .quotaExhausted: return none
        case .attempted(let last):
            if let errcode = last.classification.errcode {
                return MessageRefusal(.upstream, "WeChat refused it: errcode \(errcode), see weir errcode")
            }
            return MessageRefusal(
                .upstream,
                "WeChat's answer did not come: its console shows whether it was done; if so, resume the app"
            )
        case .refused(let obstacle, _):
            return MessageRefusal(.upstream, "WeChat was not asked: \(obstacle.reason.rawValue)")
        case .hungUp, .overloaded:
            return MessageRefusal(.overloaded, "too many calls wait; try again", retryAfter: .seconds(1))
        }
    }
}
