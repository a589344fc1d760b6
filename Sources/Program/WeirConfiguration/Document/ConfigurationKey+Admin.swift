import Weir

extension ConfigurationKey.Admin: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AdminConfiguration) {
        switch self {
        case .keys: values.keys = reader.operators(field)
        }
    }

    func shown(_ values: AdminConfiguration) -> ShownValue {
        switch self {
        case .keys: .below { ConfigurationKey.Operator.settings(values.keys, at: $0) }
        }
    }

    var needsRestart: Bool { false }
}

extension ConfigurationKey.Operator: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout OperatorKey) {
        switch self {
        case .key: reader.set(&values.key, reader.key(field))
        case .role:
            reader.set(&values.role, reader.choice(field, of: OperatorRole.allCases.map { ($0.rawValue, $0) }))
        }
    }

    func shown(_ values: OperatorKey) -> ShownValue {
        switch self {
        case .key: .secret(values.key)
        case .role: .text(values.role.rawValue)
        }
    }

    var needsRestart: Bool { false }
}

extension DocumentReader {
    /// Operators with a key of their own.
    static let operatorLimit = 100
    /// Names that stand for those who have none.
    private static let takenNames = ["admin_key", "loopback", "stranger"]

    mutating func operators(_ field: Field) -> [String: OperatorKey] {
        let entries = entries(field)
        if entries.count > Self.operatorLimit {
            report(field, "holds \(entries.count) operators; at most \(Self.operatorLimit) are allowed")
            return [:]
        }
        var operators: [String: OperatorKey] = [:]
        for entry in entries {
            let child = child(entry, of: field)
            guard checkName(entry, in: field) else { continue }
            if Self.takenNames.contains(entry.key) {
                report(at: child.keyPosition, child.path, "this name stands for those who have no key of their own")
            }
            var one = OperatorKey(key: "")
            let section = read(child, ConfigurationKey.Operator.self, into: &one)
            if section[.key] == nil, child.isMapping { report(at: child.keyPosition, child.path, "needs key") }
            operators[entry.key] = one
        }
        return operators
    }
}
