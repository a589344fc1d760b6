import Yams

/// Text to `YAMLNode`, with every problem that can be found in one go.
///
/// Yams would resolve aliases while it composes, hash mappings that stand as keys, and stop at the first duplicate key.
/// A file of one kilobyte can so be made to hash for hours. Therefore `*` before a name is masked before Yams sees it,
/// by a scalar that YAML takes for a letter, and unmasked afterwards: what was an alias is then a plain scalar with
/// that scalar in front, and is resolved here, within bounds. Likewise a key that Yams reports as a duplicate is masked
/// and the text composed again. No position moves.
struct YAMLComposer {
    /// Stands for the `*` of an alias. Like all masks it is a noncharacter, which no text may contain.
    static let aliasMask: Unicode.Scalar = "\u{10FFFF}"
    /// How many duplicate keys are looked for, as each costs a pass over the text and a mask of its own.
    static let duplicateLimit = 30

    private var source: SourceText
    private var maskedKeys: [SourcePosition: Unicode.Scalar] = [:]
    private(set) var findings: [Finding] = []

    init(_ text: String) {
        source = SourceText(text)
    }

    /// The document's root; `nil` for an empty text, and where `findings` say why there is none.
    mutating func compose() -> YAMLNode? {
        guard checkCharacters() else { return nil }
        maskAliases()
        while true {
            do {
                let parser = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8)
                // Anchors are held weakly by their nodes and strongly by the parser.
                return try withExtendedLifetime(parser) {
                    guard let root = try parser.singleRoot() else { return nil }
                    var builder = YAMLTreeBuilder(maskedKeys: maskedKeys)
                    let node = builder.build(root)
                    findings += builder.findings
                    return node
                }
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                guard maskDuplicate(at: SourcePosition(context.mark)) else { return nil }
            } catch {
                findings.append(finding(for: error))
                return nil
            }
        }
    }

    /// Refuses what YAML does not allow in a text, before libYAML does so without a position.
    private mutating func checkCharacters() -> Bool {
        for (index, scalar) in source.scalars.enumerated() {
            let isAllowed =
                switch scalar.value {
                case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD,
                    0x10000...0x10FFFF:
                    !scalar.isMask
                default: false
                }
            if isAllowed { continue }
            let code = String(scalar.value, radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
            findings.append(
                Finding(position: source.position(of: index), message: "the character \(name) is not allowed")
            )
            if findings.count == 10 { break }
        }
        return findings.isEmpty
    }

    private mutating func maskAliases() {
        let scalars = source.scalars
        for index in scalars.indices.dropLast() where scalars[index] == "*" && scalars[index + 1].isAliasName {
            source.replace(at: index, with: YAMLComposer.aliasMask)
        }
    }

    /// Returns false where the key is written so that its first scalar cannot be exchanged, or there are too many.
    private mutating func maskDuplicate(at position: SourcePosition) -> Bool {
        guard var index = source.index(of: position) else { return false }
        let scalars = source.scalars
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        let isPlain = index < scalars.count && scalars[index] != "\\" && !scalars[index].isIndicator
        guard isPlain, maskedKeys[position] == nil, let mask = keyMask(maskedKeys.count) else {
            findings.append(Finding(position: position, message: "this key occurs again in the same mapping"))
            return false
        }
        maskedKeys[position] = scalars[index]
        source.replace(at: index, with: mask)
        return true
    }

    /// Another one for each key, so that masked keys differ: the two noncharacters of each plane from 1 to 15.
    private func keyMask(_ number: Int) -> Unicode.Scalar? {
        guard number < YAMLComposer.duplicateLimit else { return nil }
        return Unicode.Scalar(UInt32((number / 2 + 1) << 16 | 0xFFFE | number % 2))
    }

    private func finding(for error: any Error) -> Finding {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _):
            let position = SourcePosition(mark)
            if problem.contains("cannot start any token"), source.scalar(at: position) == "\t" {
                return Finding(position: position, message: "a tab cannot indent: use spaces")
            }
            return Finding(position: position, message: message(problem, context))
        case YamlError.parser(let context, let problem, let mark, _):
            return Finding(position: SourcePosition(mark), message: message(problem, context))
        case YamlError.composer(_, let problem, let mark, _):
            let isSecond = problem.contains("another document")
            let message = isSecond ? "a second document begins here: a file holds one" : "not valid YAML: \(problem)"
            return Finding(position: SourcePosition(mark), message: message)
        default:
            return Finding(position: .start, message: "not valid YAML")
        }
    }

    private func message(_ problem: String, _ context: YamlError.Context?) -> String {
        guard let context, !context.text.isEmpty else { return "not valid YAML: \(problem)" }
        return "not valid YAML: \(problem), \(context.text) that begins on line \(context.mark.line)"
    }
}

extension Unicode.Scalar {
    /// Whether it may be part of an anchor's name in YAML 1.1 as libYAML reads it.
    var isAliasName: Bool {
        isASCII && (properties.isAlphabetic || ("0"..."9").contains(self) || self == "-" || self == "_")
    }

    /// Whether it is a noncharacter beyond the basic plane.
    var isMask: Bool {
        value > 0xFFFF && value & 0xFFFE == 0xFFFE
    }

    fileprivate var isIndicator: Bool {
        "-?:,[]{}#&*!|>'\"%@` \t\r\n".unicodeScalars.contains(self)
    }
}

extension SourcePosition {
    init(_ mark: Mark?) {
        self.init(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }
}
