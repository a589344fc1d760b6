/// Checks of whole JSON texts.
public enum JSONScanner {
    /// Checks that the bytes are one JSON value (RFC 8259) in valid UTF-8, in one pass and without allocating.
    ///
    /// Escapes must be decodable: half a surrogate pair, which no UTF-8 text can hold, is refused.
    ///
    /// - Parameters:
    ///   - maxDepth: How many objects and arrays may be nested, at most ``JSONRules/deepest``.
    ///   - allowControlCharacters: Whether bytes below 0x20 may stand in strings.
    /// - Throws: The first problem and its byte.
    public static func validate(
        _ bytes: [UInt8],
        maxDepth: Int = 64,
        allowControlCharacters: Bool = false
    ) throws(JSONProblem) {
        let rules = JSONRules(
            maximumDepth: maxDepth,
            allowsControlCharacters: allowControlCharacters,
            allowsMalformedText: false,
            allowsPadding: false
        )
        _ = try validate(bytes, rules: rules)
    }

    /// Checks that the bytes are one JSON value under `rules`.
    ///
    /// - Returns: What kind of value it is.
    @discardableResult
    public static func validate(_ bytes: [UInt8], rules: JSONRules) throws(JSONProblem) -> JSONKind {
        let span = bytes.span
        var cursor = JSONCursor(rules: rules)
        try cursor.begin(span)
        let kind = try cursor.skipValue(span, depth: 0)
        try cursor.end(span)
        return kind
    }
}
