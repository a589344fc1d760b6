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
