import Weir

extension ConfigurationKey.ClientBudget: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout BudgetConfiguration) {
        switch self {
        case .app: values.app = reader.budgetApp(field)
        case .api: values.api = reader.budgetAPI(field)
        case .limit: reader.set(&values.limit, reader.daily(field))
        case .soft: reader.set(&values.soft, reader.share(field, from: 0, inclusive: false, to: 1))
        case .mode: reader.set(&values.mode, reader.choice(field, of: Self.modes))
        }
    }

    private static let modes = BudgetConfiguration.Mode.allCases.map { ($0.rawValue, $0) }

    func shown(_ values: BudgetConfiguration) -> ShownValue {
        switch self {
        case .app: .text(values.appLabel)
        case .api: .text(values.apiLabel)
        case .limit: .text("\(values.limit)/d")
        case .soft: .text("\(values.soft)")
        case .mode: .text(values.mode.rawValue)
        }
    }

    var needsRestart: Bool { false }
}
