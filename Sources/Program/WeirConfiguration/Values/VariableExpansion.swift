/// Puts the environment's values in place of `${NAME}` and `${NAME:-default}` in one scalar.
///
/// What was put in is never looked at again, so a value may hold anything, `${` too. `$${` stands for `${` itself; any
/// other `$` is an ordinary character.
struct VariableExpansion {
    enum Problem: Error, Equatable {
        /// `${NAME}`, and the environment has no NAME.
        case unset(String)
        /// `${` without a `}`.
        case open
        /// What stands between the braces is no variable's name.
        case notAName
        /// The whole is longer than `limit`.
        case tooLong
    }

    /// Bytes that a value may have when all is in place.
    static let limit = 64 << 10

    private(set) var text = ""
    /// Whether the file's text was changed; if so, the value may be secret.
    private(set) var isChanged = false
    private(set) var problems: [Problem] = []

    init(of source: String, in environment: [String: String]) {
        guard source.utf8.contains(UInt8(ascii: "$")) else {
            text = source
            if source.utf8.count > Self.limit { problems.append(.tooLong) }
            return
        }
        var rest = Substring(source)
        while let dollar = rest.firstIndex(of: "$") {
            text += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                text += "${"
                isChanged = true
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                isChanged = true
                guard let end = rest.firstIndex(of: "}") else {
                    problems.append(.open)
                    return
                }
                put(rest[..<end].dropFirst(2), from: environment)
                rest = rest[rest.index(after: end)...]
            } else {
                text += "$"
                rest = rest.dropFirst()
            }
            if text.utf8.count > Self.limit {
                problems.append(.tooLong)
                return
            }
        }
        text += rest
        if text.utf8.count > Self.limit { problems.append(.tooLong) }
    }

    private mutating func put(_ reference: Substring, from environment: [String: String]) {
        let name = reference.prefix { $0 != ":" }
        let tail = reference[name.endIndex...]
        guard Self.isName(name), tail.isEmpty || tail.hasPrefix(":-") else {
            problems.append(.notAName)
            return
        }
        let value = environment[String(name)]
        if tail.isEmpty {
            if let value { text += value } else { problems.append(.unset(String(name))) }
        } else {
            text += value.flatMap { $0.isEmpty ? nil : $0 } ?? String(tail.dropFirst(2))
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.count <= 128 && text.unicodeScalars.allSatisfy { $0.isAliasName && $0 != "-" }
    }
}
