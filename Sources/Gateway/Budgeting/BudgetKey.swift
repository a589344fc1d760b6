/// Whose budget it is, and of what: the same over reloads and restarts.
package struct BudgetKey: Hashable, Sendable {
    package let client: String
    /// A name of the configuration, or `*`.
    package let app: String
    /// A path, or `*`.
    package let api: String

    package init(client: String, app: String, api: String) {
        self.client = client
        self.app = app
        self.api = api
    }

    init(_ client: String, _ terms: BudgetConfiguration) {
        self.init(client: client, app: terms.appLabel, api: terms.apiLabel)
    }

    /// Whether a call counts in it; where an app or api is not told, whether one may.
    func covers(app: String?, api: String?) -> Bool {
        let (any, isApp, isAPI) = (
            BudgetConfiguration.any, app == nil || app == self.app, api == nil || api == self.api
        )
        return (self.app == any || isApp) && (self.api == any || isAPI)
    }

    /// What names it in the ledger. No client's or app's name has a slash.
    var path: String { "\(client)/\(app)/\(api)" }

    /// For a list in a fixed order.
    var order: (String, String, String) { (client, app, api) }
}
