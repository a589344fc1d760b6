/// Reads a template's tags before swift-mustache does: refuses what is not taken, and writes the text anew so that
///
/// - a variable is never escaped (`{{&name}}`), and
/// - a dotted name is one name to swift-mustache (`payload*item`). It asks for a dotted name part by part, and what is asked in the
///   middle of one can't be told from a name of its own: so it would not be known which variable was missing.
struct EventTagReader {
    /// What stands for a dot.
    static let separator: Character = "*"
    /// Sections in one another.
    static let deepest = 8
    static let transforms: Set<String> = [
        "capitalized", "count", "empty", "even", "first", "index", "last", "lowercased", "odd", "reversed",
        "uppercased",
    ]
    private static let roots: Set<Substring> = ["event_type", "id", "payload"]

    private var rest: Substring
    private var output = ""
    /// The sections that are open, as their tags name them.
    private var sections: [Substring] = []

    init(_ source: String) {
        rest = source[...]
    }

    mutating func rewrite() throws(EventTemplateProblem) -> String {
        while let start = rest.firstRange(of: "{{") {
            output += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            let isTriple = rest.first == "{"
            guard let end = rest.firstRange(of: isTriple ? "}}}" : "}}") else { throw .openTag }
            let tag = rest[(isTriple ? rest.index(after: rest.startIndex) : rest.startIndex)..<end.lowerBound]
            rest = rest[end.upperBound...]
            try take(tag, isTriple: isTriple)
        }
        if let open = sections.last { throw .unbalanced(String(open)) }
        return output + rest
    }

    private mutating func take(_ tag: Substring, isTriple: Bool) throws(EventTemplateProblem) {
        let body = tag.trimmingSpaces
        switch body.first {
        case "!" where !isTriple: output += "{{!}}"
        case "#" where !isTriple, "^" where !isTriple:
            let name = body.dropFirst().trimmingSpaces
            guard sections.count < Self.deepest else { throw .tooDeep }
            output += "{{\(body.prefix(1))\(try rewritten(name))}}"
            sections.append(name)
        case "/" where !isTriple:
            let name = body.dropFirst().trimmingSpaces
            guard sections.last == name else { throw .unbalanced(String(name)) }
            sections.removeLast()
            output += "{{/\(try rewritten(name))}}"
        case ">", "<", "$", "=", "%": throw .notTaken(body.first ?? " ")
        default:
            let name = !isTriple && body.first == "&" ? body.dropFirst().trimmingSpaces : body
            output += "{{&\(try rewritten(name))}}"
        }
    }

    /// `uppercased(payload.code)` as `uppercased(payload*code)`.
    private func rewritten(_ name: Substring) throws(EventTemplateProblem) -> String {
        let around = name.split(separator: "(", omittingEmptySubsequences: false)
        let calls = around.dropLast()
        let closing = String(repeating: ")", count: calls.count)
        guard var path = around.last, path.hasSuffix(closing) else { throw .notAName(String(name)) }
        path = path.dropLast(calls.count)
        for call in calls where !Self.transforms.contains(String(call)) { throw .unknownTransform(String(call)) }
        // What is asked of the list that is being shown: `index()`.
        let isAboutList = path.isEmpty && !calls.isEmpty
        guard !sections.isEmpty || !isAboutList && path != "." else { throw .notAName(String(name)) }
        guard !isAboutList, path != "." else { return String(name) }
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
            throw .notAName(String(name))
        }
        // Inside a section a name may be a list's element's.
        guard !sections.isEmpty || Self.roots.contains(parts[0]) else { throw .unknownRoot(String(path)) }
        return calls.map { $0 + "(" }.joined() + parts.joined(separator: String(Self.separator)) + closing
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "?"): true
        default: false
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
