/// How closely a JSON text is held to RFC 8259.
public struct JSONRules: Equatable, Sendable {
    /// Nested objects and arrays beyond this are refused. At most ``deepest``.
    public var maximumDepth: Int
    /// Bytes below 0x20 may stand inside strings as they are.
    public var allowsControlCharacters: Bool
    /// Bytes that are no UTF-8, unknown escapes and half surrogates may stand inside strings.
    public var allowsMalformedText: Bool
    /// A byte order mark before the document and NUL bytes after it are skipped.
    public var allowsPadding: Bool

    /// - Parameter maximumDepth: Brought into 1...``deepest``.
    public init(
        maximumDepth: Int,
        allowsControlCharacters: Bool,
        allowsMalformedText: Bool,
        allowsPadding: Bool
    ) {
        self.maximumDepth = min(max(maximumDepth, 1), JSONRules.deepest)
        self.allowsControlCharacters = allowsControlCharacters
        self.allowsMalformedText = allowsMalformedText
        self.allowsPadding = allowsPadding
    }

    /// The most levels that any rules can allow: what the scanner's fixed stack holds.
    public static let deepest = 512

    /// For what callers send: RFC 8259 to the letter, valid UTF-8, every escape decodable, at most 64 levels.
    public static let strict = JSONRules(
        maximumDepth: 64,
        allowsControlCharacters: false,
        allowsMalformedText: false,
        allowsPadding: false
    )

    /// For what WeChat answers, which carries raw control characters and cut emoji in nicknames. The structure must
    /// still be whole: a cut document is refused.
    public static let lenient = JSONRules(
        maximumDepth: deepest,
        allowsControlCharacters: true,
        allowsMalformedText: true,
        allowsPadding: true
    )
}
