import Weir

/// Fills a `GatewayConfiguration` from a YAML tree, noting every problem on the way. Where a value has a problem its
/// default stays, so that reading goes on.
struct DocumentReader {
    /// Apps in one file; each has breakers, limiters and metric series of its own.
    static let appLimit = 10_000
    /// Clients in one file.
    static let clientLimit = 10_000

    let environment: [String: String]
    /// The configuration file's folder, with a slash at its end, or empty for the working directory.
    let folder: String
    let readFile: (String, Int) throws(FileFailure) -> [UInt8]

    var configuration = GatewayConfiguration()
    private(set) var problems: [Finding] = []
    private(set) var warnings: [Finding] = []
    /// Where known values stand, by dotted path, for checks that concern two of them.
    private var positions: [String: SourcePosition] = [:]

    init(
        environment: [String: String],
        folder: String,
        readFile: @escaping (String, Int) throws(FileFailure) -> [UInt8]
    ) {
        self.environment = environment
        self.folder = folder
        self.readFile = readFile
    }

    mutating func read(_ root: YAMLNode) {
        let root = section(Field(path: "", keyPosition: root.position, node: root), ConfigurationKey.Root.self)
        for isReferring in [false, true] {
            for key in ConfigurationKey.Root.allCases where key.refersToOthers == isReferring {
                key.read(root[key], by: &self)
            }
        }
        checkSecretsDiffer()
        checkExposure()
        checkCallbacks()
    }

    // MARK: - Findings

    mutating func report(_ field: Field, _ message: String) {
        report(at: field.position, field.path, message)
    }

    mutating func report(at position: SourcePosition, _ path: String, _ message: String) {
        problems.append(Finding(position: position, message: path.isEmpty ? message : "\(path): \(message)"))
    }

    mutating func warn(at position: SourcePosition, _ path: String, _ message: String) {
        warnings.append(Finding(position: position, message: "\(path): \(message)"))
    }

    /// Where that value stands; the beginning of the file if it is absent.
    func position(of path: String) -> SourcePosition {
        positions[path] ?? .start
    }

    // MARK: - Mappings

    /// The mapping of known keys that a field holds; an empty one if the field is absent, null or wrong.
    mutating func section<Key>(_ field: Field?, _ keys: Key.Type) -> Section<Key> {
        guard let field else { return Section(path: "", keyPosition: .start) }
        let known = ConfigurationKey.names(keys)
        var fields: [String: Field] = [:]
        for entry in entries(field) {
            guard known.contains(entry.key) else {
                reportUnknown(entry, in: field, known: known)
                continue
            }
            fields[entry.key] = child(entry, of: field)
        }
        return Section(path: field.path, keyPosition: field.keyPosition, fields: fields)
    }

    /// A mapping's entries; none, with a problem, if the field holds something else. Nothing at all counts as an empty
    /// mapping, so that a section whose lines are all commented out is as good as absent.
    mutating func entries(_ field: Field) -> [YAMLNode.Entry] {
        switch field.node.content {
        case .mapping(let entries):
            return entries
        case .scalar where field.node.isNull, .invalid:
            return []
        case .scalar, .sequence:
            report(field, "expected a mapping, found \(field.node.kind)")
            return []
        }
    }

    mutating func child(_ entry: YAMLNode.Entry, of field: Field) -> Field {
        let name = entry.key.brief
        let path = field.path.isEmpty ? name : "\(field.path).\(name)"
        positions[path] = entry.value.position
        return Field(path: path, keyPosition: entry.position, node: entry.value)
    }

    /// A key that is not known here, with the one that was probably meant.
    mutating func reportUnknown(_ entry: YAMLNode.Entry, in field: Field, known: [String]) {
        let path = field.path.isEmpty ? entry.key.brief : "\(field.path).\(entry.key.brief)"
        if let near = EditDistance.suggestion(for: entry.key, among: known) {
            report(at: entry.position, path, "unknown key; did you mean `\(near)`?")
        } else {
            let ranked = EditDistance.ranked(known, by: entry.key).map { "`\($0)`" }.joined(separator: ", ")
            report(at: entry.position, path, "unknown key; known here, the nearest first: \(ranked)")
        }
    }

    /// Whether a name that the file chooses follows `NameRule`; reports if not.
    mutating func checkName(_ entry: YAMLNode.Entry, in field: Field) -> Bool {
        if NameRule.allows(entry.key) { return true }
        report(at: entry.position, "\(field.path).\(entry.key.brief)", "not a name: a name \(NameRule.words)")
        return false
    }
}

/// A value of the file with its dotted path.
struct Field {
    /// Such as `apps.main.secret`; empty for the root.
    var path: String
    /// Where the key stands.
    var keyPosition: SourcePosition
    var node: YAMLNode

    var position: SourcePosition { node.position }

    /// Whether it holds a mapping, of which nothing at all is the empty one.
    var isMapping: Bool {
        if case .mapping = node.content { true } else { node.isNull }
    }

    var isList: Bool {
        if case .sequence = node.content { true } else { false }
    }
}

/// A mapping whose keys are all known.
struct Section<Key: CaseIterable & RawRepresentable<String>> {
    /// Of the mapping's own key.
    let path: String
    let keyPosition: SourcePosition
    private let fields: [String: Field]

    init(path: String, keyPosition: SourcePosition, fields: [String: Field] = [:]) {
        self.path = path
        self.keyPosition = keyPosition
        self.fields = fields
    }

    subscript(key: Key) -> Field? {
        fields[key.rawValue]
    }
}

/// A single value after its variables are in place.
struct Scalar {
    var text: String
    var field: Field
    /// Whether the file itself holds the text, so that a problem may show it.
    var isShowable: Bool

    /// The text in a problem's words, or a stand-in where it may be secret.
    var shown: String {
        guard isShowable, text.unicodeScalars.count <= 60 else { return "the value" }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? "`\(text)`" : "the value"
    }
}
