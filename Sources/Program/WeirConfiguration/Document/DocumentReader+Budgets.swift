import WeChat
import Weir

/// What a client may spend a day.
extension DocumentReader {
    /// - Parameter client: what was read of it before: its apps.
    mutating func budgets(_ field: Field, of client: ClientConfiguration) -> [BudgetConfiguration] {
        let most = BudgetConfiguration.mostOfClient
        let example = "[{api: /cgi-bin/message/template/send, limit: 20000/d}]"
        guard let items = list(field, atMost: most, example: example) else { return [] }
        if items.isEmpty { report(field, "names no budget; leave the key out for none") }
        var budgets: [BudgetConfiguration] = []
        for (index, item) in items.enumerated() {
            let item = Field(path: "\(field.path)[\(index)]", keyPosition: item.keyPosition, node: item.node)
            var budget = BudgetConfiguration(limit: 1)
            let section = read(item, ConfigurationKey.ClientBudget.self, into: &budget)
            if section[.limit] == nil, item.isMapping { report(item, "needs limit") }
            if let app = budget.app, let apps = client.apps, !apps.contains(app), let field = section[.app] {
                report(field, "the client may not use \(app): it is not in its apps")
            }
            if budgets.contains(where: { $0.app == budget.app && $0.api == budget.api }) {
                report(item, "a second budget of the same app and api")
            }
            budgets.append(budget)
        }
        return budgets
    }

    /// An app's name, or `*`.
    mutating func budgetApp(_ field: Field) -> String? {
        guard let scalar = scalar(field), scalar.text != BudgetConfiguration.any else { return nil }
        if configuration.apps[scalar.text] == nil {
            report(scalar.field, "there is no app \(scalar.shown); or write \"*\" for all")
        }
        return scalar.text
    }

    /// A path that WeChat counts, or `*`. Another spelling of one that is known counts as that, as in a call.
    mutating func budgetAPI(_ field: Field) -> String? {
        guard let scalar = scalar(field), scalar.text != BudgetConfiguration.any else { return nil }
        guard checkPath(scalar.text, at: scalar.field.position, scalar.field.path, keys: []) else { return nil }
        if scalar.text.hasPrefix("/sns/") { report(scalar.field, "logins use no app's token, and count in no budget") }
        let label = APICatalog.descriptor(method: "POST", path: scalar.text).label
        return label == APICatalog.otherLabel ? scalar.text : label
    }

    /// Each budget has series of its own: of all clients together there are so many at most.
    mutating func checkBudgets(_ field: Field) {
        let count = configuration.clients.values.reduce(0) { $0 + $1.budgets.count }
        guard count > BudgetConfiguration.most else { return }
        let words = "hold \(count) budgets; at most \(BudgetConfiguration.most) are allowed"
        report(at: field.keyPosition, "clients", words)
    }
}
