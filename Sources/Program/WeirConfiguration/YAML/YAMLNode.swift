/// A value of a YAML file with its place. Aliases and merge keys are resolved, so that a node is a plain tree; nodes
/// that an alias repeats share their storage.
struct YAMLNode {
    enum Content {
        /// Whether the scalar was written without quotes: only then can it be null.
        case scalar(String, isPlain: Bool)
        case mapping([Entry])
        case sequence([YAMLNode])
        /// A problem has been reported; whoever reads it says nothing more.
        case invalid
    }

    struct Entry {
        var key: String
        /// Of the key.
        var position: SourcePosition
        var value: YAMLNode
    }

    var content: Content
    var position: SourcePosition
    /// How many values it holds, itself included, each alias counted in full.
    var size = 1
    /// 1 for a scalar, one more for each level around it.
    var height = 1

    /// Nothing, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, in a problem's words.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .invalid: "something else"
        }
    }
}

/// A problem or a warning, before it is known in which file.
struct Finding: Hashable, Sendable {
    var position: SourcePosition
    var message: String
}

/// A place in a text. Both numbers count from 1, columns in Unicode scalars.
struct SourcePosition: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static let start = SourcePosition(line: 1, column: 1)

    static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A text as its Unicode scalars, with the lines that YAML sees in it.
struct SourceText {
    private(set) var scalars: [Unicode.Scalar]
    private let lineStarts: [Int]

    /// A byte order mark at the beginning is left out.
    init(_ text: String) {
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        self.scalars = scalars
        lineStarts = SourceText.lineStarts(of: scalars)
    }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    func position(of index: Int) -> SourcePosition {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= index { low = middle } else { high = middle }
        }
        return SourcePosition(line: low + 1, column: index - lineStarts[low] + 1)
    }

    /// Where that position is, unless it lies outside the text.
    func index(of position: SourcePosition) -> Int? {
        guard position.line >= 1, position.line <= lineStarts.count, position.column >= 1 else { return nil }
        let index = lineStarts[position.line - 1] + position.column - 1
        return index < scalars.count ? index : nil
    }

    func scalar(at position: SourcePosition) -> Unicode.Scalar? {
        index(of: position).map { scalars[$0] }
    }

    /// Exchanges one scalar, so that no position moves. Neither the old nor the new one may be a line break.
    mutating func replace(at index: Int, with scalar: Unicode.Scalar) {
        scalars[index] = scalar
    }

    /// Line breaks are those of YAML 1.1, which libYAML counts: LF, CR, CR LF, NEL, LS and PS.
    private static func lineStarts(of scalars: [Unicode.Scalar]) -> [Int] {
        var starts = [0]
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\n", "\u{85}", "\u{2028}", "\u{2029}":
                starts.append(index + 1)
            case "\r" where index + 1 == scalars.count || scalars[index + 1] != "\n":
                starts.append(index + 1)
            default:
                break
            }
        }
        return starts
    }
}
