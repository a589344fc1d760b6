import Weir

/// The keys of one mapping of the file, and all that is to know of each: how it is read, how it is shown, when it takes effect.
///
/// One `switch` for each question, so that a new key does not compile before all of them are answered.
protocol SectionKey: CaseIterable, Hashable, RawRepresentable<String> {
    /// The part of the configuration that the mapping fills.
    associatedtype Values

    /// Reads what the file has under the key. A value with a problem is reported and changes nothing.
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout Values)

    /// The value in force, as the file would have it.
    func shown(_ values: Values) -> ShownValue

    /// Whether it is looked at only when the process starts. `docs/configuration.md` marks the same ones.
    var needsRestart: Bool { get }
}

/// A value as people may see it.
enum ShownValue {
    case text(String)
    /// A secret, or people's openids: compared, and never shown.
    case secret(String)
    /// Values with keys of their own below this one's path, such as the headers of `tracing.headers`.
    case below((_ path: String) -> [Setting])
    /// Another key shows it.
    case nothing
}

extension SectionKey {
    /// All values of a mapping that is shown as one: `{rate: 5/s, burst: 9}`.
    static func line(_ values: Values) -> String {
        "{" + settings(values, at: "").map { "\($0.key.dropFirst()): \($0.text)" }.joined(separator: ", ") + "}"
    }

    /// All values of the mappings that stand at `path` by names of the file's own.
    static func settings(_ named: [String: Values], at path: String) -> [Setting] {
        named.sorted { $0.key < $1.key }.flatMap { settings($0.value, at: "\(path).\($0.key)") }
    }

    /// All values of the mapping that stands at `path`.
    static func settings(_ values: Values, at path: String) -> [Setting] {
        allCases.flatMap { key -> [Setting] in
            let name = "\(path).\(key.rawValue)"
            return switch key.shown(values) {
            case .text(let text): [Setting(name, text, needsRestart: key.needsRestart)]
            case .secret(let secret): [Setting(name, secret: secret, needsRestart: key.needsRestart)]
            case .below(let settings): settings(name)
            case .nothing: []
            }
        }
    }
}

extension DocumentReader {
    /// Reads every key of a mapping that the file has.
    @discardableResult
    mutating func read<Key: SectionKey>(
        _ field: Field?,
        _ keys: Key.Type,
        into values: inout Key.Values
    ) -> Section<Key> {
        let section = section(field, keys)
        read(section, into: &values)
        return section
    }

    mutating func read<Key: SectionKey>(_ section: Section<Key>, into values: inout Key.Values) {
        for key in Key.allCases {
            if let field = section[key] { key.read(field, by: &self, into: &values) }
        }
    }

    /// The same for a part of the whole configuration.
    @discardableResult
    mutating func read<Key: SectionKey>(
        _ field: Field?,
        _ keys: Key.Type,
        of part: WritableKeyPath<GatewayConfiguration, Key.Values>
    ) -> Section<Key> {
        let section = section(field, keys)
        read(section, of: part)
        return section
    }

    mutating func read<Key: SectionKey>(
        _ section: Section<Key>,
        of part: WritableKeyPath<GatewayConfiguration, Key.Values>
    ) {
        for key in Key.allCases {
            guard let field = section[key] else { continue }
            // Put back after each key: a later one may refer to what it read.
            var values = configuration[keyPath: part]
            key.read(field, by: &self, into: &values)
            configuration[keyPath: part] = values
        }
    }

    /// Takes a value over where there is one.
    func set<Value>(_ target: inout Value, _ value: Value?) {
        if let value { target = value }
    }
}
