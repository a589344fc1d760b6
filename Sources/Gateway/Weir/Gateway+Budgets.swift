public import Budgeting
public import Timekeeping
import WeChat

/// What clients may spend a day.
extension Gateway {
    /// How all budgets stand, by client, app and api.
    public func budgets() -> [BudgetStanding] {
        limits.budgets.standings()
    }

    /// The fields that tell a caller of the limit that is nearest to it; none where it has no limits.
    ///
    /// - Parameter record: the message that the answer is about; `nil` for an answer about several or none.
    public func limitFields(of caller: Caller, _ record: MessageRecord? = nil) -> [(name: String, value: String)] {
        let client = messageService.settings(of: caller).directory.client(caller)
        let (app, api) = (record?.app, record?.type.descriptor.label)
        return limits.nearest(of: caller, client, app: app, api: api)?.fields ?? []
    }

    /// What an operator asks for when a budget is too small for a time.
    public struct BudgetRaiseRequest: Sendable {
        /// The client's name.
        public var client: String
        /// A name of the configuration or `*`, as the budget has it; `nil` where only one budget of the client has the api.
        public var app: String?
        /// A path or `*`, as the budget has it.
        public var api: String
        /// In the place of the configuration's, and more than it.
        public var limit: Int
        /// When it ends: at most 31 days ahead.
        public var until: Timestamp
        /// The operator's words; `nil` for none.
        public var reason: String?

        /// Checks nothing.
        public init(client: String, app: String?, api: String, limit: Int, until: Timestamp, reason: String?) {
            self.client = client
            self.app = app
            self.api = api
            self.limit = limit
            self.until = until
            self.reason = reason
        }
    }

    /// Gives a client's budget another limit for a time, in the place of an earlier raise.
    ///
    /// - Returns: how it stands, and whether that outlives the process: it is on disk.
    /// - Throws: `notFound` for a client without such a budget, `invalid` for a limit or time that can't be.
    public func raise(
        _ request: BudgetRaiseRequest
    ) async throws(MessageRefusal) -> (standing: BudgetStanding, isKept: Bool) {
        let now = time.timestamp()
        guard request.until > now else { throw Gateway.invalid("until", "has passed") }
        guard request.until - now <= BudgetRaise.longest else {
            throw Gateway.invalid(
                "until",
                "is more than 31 days ahead: change clients.\(request.client).budgets instead"
            )
        }
        guard 1...BudgetRaise.highest ~= request.limit else {
            throw Gateway.invalid("limit", "must be 1 to \(BudgetRaise.highest)")
        }
        let raise = BudgetRaise(limit: request.limit, until: request.until, reason: Cause.words(request.reason))
        // A path may be spelt as a call may spell it.
        let label = APICatalog.descriptor(method: "POST", path: request.api).label
        let api = label == APICatalog.otherLabel ? request.api : label
        do throws(BudgetRaiseProblem) {
            return try await limits.budgets.raise(client: request.client, app: request.app, api: api, to: raise)
        } catch {
            throw Gateway.refusal(error, of: request)
        }
    }

    private static func refusal(_ problem: BudgetRaiseProblem, of request: BudgetRaiseRequest) -> MessageRefusal {
        switch problem {
        case .noBudget:
            MessageRefusal(
                .notFound,
                "the client has no budget of that app and api; GET /v1/state lists them all",
                field: "api"
            )
        case .severalApps(let apps):
            invalid("app", "is missing: the client has such a budget for \(apps.joined(separator: ", "))")
        case .tooLow(let configured): invalid("limit", "must be above the configuration's, \(configured)")
        }
    }

    private static func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }
}
