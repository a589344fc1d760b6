import Timekeeping
import WeirPorts
import WireJSON

/// What outlives the process, as an entry of the journal's ledger: a small JSON object. Members may be added; what these mean must not
/// change.
enum BudgetFact: Equatable, Sendable {
    /// What of a budget is used on the day that ends then, and since when it counts. Since the day's end: it has left the configuration.
    case used(BudgetKey, count: Int, since: Timestamp, dayEnds: Timestamp)
    /// Another limit for a time.
    case raise(BudgetKey, BudgetRaise)

    private static let budgets = "budget/"
    private static let raises = "raise/"

    static func usedName(_ key: BudgetKey) -> String { budgets + key.path }
    static func raiseName(_ key: BudgetKey) -> String { raises + key.path }

    /// Whether an entry of the ledger is one about budgets.
    static func isName(_ name: String) -> Bool { name.hasPrefix(budgets) || name.hasPrefix(raises) }

    /// `nil` where a name is longer than an entry's may be.
    func entry(at now: Timestamp) -> LedgerEntry? {
        var json = JSONWriter()
        let name: String
        switch self {
        case .used(let key, let count, let since, let dayEnds):
            name = BudgetFact.usedName(key)
            json.object { json in
                BudgetFact.write(key, to: &json)
                json.member("used", count)
                json.member("since", since.milliseconds)
                json.member("until", dayEnds.milliseconds)
            }
        case .raise(let key, let raise):
            name = BudgetFact.raiseName(key)
            json.object { json in
                BudgetFact.write(key, to: &json)
                json.member("limit", raise.limit)
                json.member("until", raise.until.milliseconds)
                json.member("why", raise.reason)
            }
        }
        return LedgerEntry(name: name, value: json.bytes, at: now)
    }

    private static func write(_ key: BudgetKey, to json: inout JSONWriter) {
        json.member("client", key.client)
        json.member("app", key.app)
        json.member("api", key.api)
    }

    /// `nil` for one that is damaged, or of a later version.
    init?(_ entry: LedgerEntry) {
        guard let json = try? JSONObjectView(entry.value), let client = json.string("client"),
            let app = json.string("app"), let api = json.string("api"), let until = json.integer("until")
        else { return nil }
        let (key, end) = (BudgetKey(client: client, app: app, api: api), Timestamp(milliseconds: until))
        switch entry.name {
        case BudgetFact.usedName(key):
            guard let used = json.integer("used"), used >= 0 else { return nil }
            // Earlier versions did not tell: what was taken before this was written is not given back.
            let since = json.integer("since").map(Timestamp.init(milliseconds:)) ?? entry.at
            self = .used(key, count: Int(clamping: used), since: since, dayEnds: end)
        case BudgetFact.raiseName(key):
            guard let limit = json.integer("limit"), 1...Int64(BudgetRaise.highest) ~= limit else { return nil }
            let raise = BudgetRaise(limit: Int(limit), until: end, reason: json.string("why") ?? "")
            self = .raise(key, raise)
        default: return nil
        }
    }
}
