import Queueing
import Resilience

extension DocumentReader {
    /// The field's single value with its variables in place; `nil` if the field is absent or a problem was reported.
    mutating func scalar(_ field: Field?) -> Scalar? {
        guard let field else { return nil }
        guard case .scalar(let source, _) = field.node.content else {
            if case .invalid = field.node.content { return nil }
            report(field, "expected a single value, found \(field.node.kind)")
            return nil
        }
        if field.node.isNull {
            report(field, "has no value; leave the key out for its default")
            return nil
        }
        let expansion = VariableExpansion(of: source, in: environment)
        for problem in expansion.problems {
            switch problem {
            case .unset(let name):
                report(field, "the environment variable \(name) is not set")
            case .open:
                report(field, "`${` without `}`; write `$${` for the two characters themselves")
            case .notAName:
                report(
                    field,
                    "not a variable: write `${NAME}` or `${NAME:-default}`, or `$${` for the two characters themselves"
                )
            case .tooLong:
                report(field, "longer than \(VariableExpansion.limit) bytes")
            }
        }
        guard expansion.problems.isEmpty else { return nil }
        if expansion.text.isEmpty {
            report(field, "is empty")
            return nil
        }
        return Scalar(text: expansion.text, field: field, isShowable: !expansion.isChanged)
    }

    /// The items of a list; `nil` if the field is absent or a problem was reported.
    mutating func list(_ field: Field?, atMost limit: Int, example: String) -> [Field]? {
        guard let field else { return nil }
        guard case .sequence(let nodes) = field.node.content else {
            if case .invalid = field.node.content { return nil }
            report(field, "expected a list such as \(example), found \(field.node.kind)")
            return nil
        }
        if nodes.count > limit {
            report(field, "has \(nodes.count) items; at most \(limit) are allowed")
            return nil
        }
        return nodes.map { Field(path: field.path, keyPosition: field.keyPosition, node: $0) }
    }

    /// A list of names that exist, each once.
    mutating func names<Value>(
        _ field: Field,
        of known: [String: Value],
        what: String,
        atMost limit: Int,
        hint: String = ""
    ) -> [String]? {
        guard let items = list(field, atMost: limit, example: "[main]") else { return nil }
        if items.isEmpty { report(field, "names no \(what)\(hint)") }
        var (names, seen) = ([String](), Set<String>())
        for item in items {
            guard let name = scalar(item) else { continue }
            if known[name.text] == nil {
                let near = suggestion(for: name, among: known)
                report(item, "there is no \(what) \(name.shown)" + (near.map { "; did you mean `\($0)`?" } ?? ""))
            } else if seen.insert(name.text).inserted {
                names.append(name.text)
            } else {
                report(item, "\(name.shown) is listed twice")
            }
        }
        return names
    }

    /// The name that was probably meant. Looked for only as long as problems are listed one by one, as it costs a look at every name.
    private func suggestion<Value>(for name: Scalar, among known: [String: Value]) -> String? {
        guard name.isShowable, problems.count < ConfigurationReader.problemLimit else { return nil }
        return EditDistance.suggestion(for: name.text, among: known.keys.sorted())
    }

    mutating func integer(_ field: Field?, in range: ClosedRange<Int>) -> Int? {
        guard let scalar = scalar(field) else { return nil }
        let digits = scalar.text.hasPrefix("-") ? scalar.text.dropFirst() : scalar.text[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            report(scalar.field, "\(scalar.shown) is not a whole number")
            return nil
        }
        guard let number = Int(scalar.text), range.contains(number) else {
            report(scalar.field, "\(scalar.shown) is not between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A decimal number without sign or exponent, above `minimum` (or equal to it, if `inclusive`) and at most
    /// `maximum`.
    mutating func share(_ field: Field?, from minimum: Double, inclusive: Bool = true, to maximum: Double) -> Double? {
        guard let scalar = scalar(field) else { return nil }
        let isDecimal = scalar.text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard isDecimal, let number = Double(scalar.text) else {
            report(scalar.field, "\(scalar.shown) is not a decimal number such as 0.5")
            return nil
        }
        guard number <= maximum, inclusive ? number >= minimum : number > minimum else {
            let words = inclusive ? "between \(minimum) and \(maximum)" : "above \(minimum) and at most \(maximum)"
            report(scalar.field, "\(scalar.shown) is not \(words)")
            return nil
        }
        return number
    }

    mutating func boolean(_ field: Field?) -> Bool? {
        choice(field, of: [("true", true), ("false", false)])
    }

    mutating func priority(_ field: Field?) -> Priority? {
        choice(field, of: Priority.allCases.map { ($0.name, $0) })
    }

    /// One of a few words.
    mutating func choice<Value>(_ field: Field?, of choices: [(name: String, value: Value)]) -> Value? {
        guard let scalar = scalar(field) else { return nil }
        if let match = choices.first(where: { $0.name == scalar.text }) { return match.value }
        let names = choices.map(\.name)
        let near = scalar.isShowable ? EditDistance.suggestion(for: scalar.text, among: names) : nil
        let hint = near.map { "; did you mean `\($0)`?" } ?? ""
        report(scalar.field, "\(scalar.shown) is none of \(names.joined(separator: ", "))\(hint)")
        return nil
    }

    mutating func duration(_ field: Field?, in range: ClosedRange<Duration>) -> Duration? {
        guard let scalar = scalar(field) else { return nil }
        guard let duration = DurationText.parse(scalar.text) else {
            let isNumber = scalar.text.allSatisfy { $0.isASCII && $0.isNumber }
            let hint = isNumber ? "has no unit" : "is not a duration"
            report(scalar.field, "\(scalar.shown) \(hint); write such as 250ms, 30s, 5m, 24h, 7d or 1h30m")
            return nil
        }
        guard range.contains(duration) else {
            let low = DurationText.format(range.lowerBound)
            report(scalar.field, "\(scalar.shown) is not between \(low) and \(DurationText.format(range.upperBound))")
            return nil
        }
        return duration
    }

    /// As `duration`, but `none` gives `.some(nil)`.
    mutating func optionalDuration(_ field: Field?, in range: ClosedRange<Duration>) -> Duration?? {
        if case .scalar("none", _)? = field?.node.content { return .some(nil) }
        return duration(field, in: range).map { .some($0) }
    }

    mutating func rate(_ field: Field?) -> RateLimit? {
        guard let scalar = scalar(field) else { return nil }
        do throws(RateText.Problem) {
            return try RateText.parse(scalar.text)
        } catch {
            switch error {
            case .syntax:
                report(scalar.field, "\(scalar.shown) is not a rate; write such as 100/s, 6000/m, 1000/h or 50000/d")
            case .zero:
                report(scalar.field, "\(scalar.shown) would let nothing through; a rate is at least 1")
            case .tooFast:
                report(scalar.field, "\(scalar.shown) is more than \(RateText.maximum)/s")
            }
            return nil
        }
    }
}
