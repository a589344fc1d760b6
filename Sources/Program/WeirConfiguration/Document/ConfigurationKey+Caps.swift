import WeChat
import Weir

extension ConfigurationKey.Cap: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout CapRule) {
        switch self {
        case .type: reader.set(&values.type, reader.choice(field, of: CapRule.types.map { ($0.rawValue, $0) }))
        case .per: reader.set(&values.scope, reader.choice(field, of: CapRule.Scope.allCases.map { ($0.rawValue, $0) }))
        case .limit: reader.set(&values.limit, reader.daily(field, what: "a cap", such: "3/d"))
        }
    }

    func shown(_ values: CapRule) -> ShownValue {
        switch self {
        case .type: .text(values.type.rawValue)
        case .per: .text(values.scope.rawValue)
        case .limit: .text("\(values.limit)/d")
        }
    }

    var needsRestart: Bool { false }
}

extension DocumentReader {
    /// Caps of one app.
    static let capLimit = 16

    mutating func caps(_ field: Field) -> [CapRule] {
        let example = "[{type: template, per: recipient+template, limit: 3/d}]"
        var caps: [CapRule] = []
        for (index, item) in (list(field, atMost: Self.capLimit, example: example) ?? []).enumerated() {
            let item = Field(path: "\(field.path)[\(index)]", keyPosition: item.keyPosition, node: item.node)
            var cap = CapRule(.template, per: .recipient, limit: 1)
            let found = problems.count
            let section = read(item, ConfigurationKey.Cap.self, into: &cap)
            guard item.isMapping, problems.count == found else { continue }
            for key in ConfigurationKey.Cap.allCases where section[key] == nil { report(item, "needs \(key.rawValue)") }
            if caps.contains(where: { $0.type == cap.type && $0.scope == cap.scope }) {
                report(item, "another cap has the same type and per; one of them is enough")
            }
            caps.append(cap)
        }
        return caps
    }
}
