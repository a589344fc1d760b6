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

extension JSONScanner {
    /// Shows the members of the document, which must be an object, in their order; for who knows what to look for and keeps
    /// nothing else. The whole document is checked.
    ///
    /// - Returns: Where the object stands, from its opening brace to its closing one.
    /// - Throws: The first problem that was found. The members before it have been shown.
    package static func forEachMember(
        of bytes: Span<UInt8>,
        rules: JSONRules,
        _ show: (JSONMember) -> Void
    ) throws(JSONProblem) -> Range<Int> {
        var cursor = JSONCursor(rules: rules)
        try cursor.begin(bytes)
        let range = try showMembers(bytes, &cursor, show)
        try cursor.end(bytes)
        return range
    }

    /// As ``forEachMember(of:rules:_:)``, of an object inside a document that was checked before.
    package static func forEachMember(
        ofObjectAt start: Int,
        in bytes: Span<UInt8>,
        _ show: (JSONMember) -> Void
    ) throws(JSONProblem) {
        var cursor = JSONCursor(at: start, rules: .lenient)
        _ = try showMembers(bytes, &cursor, show)
    }

    private static func showMembers(
        _ bytes: Span<UInt8>,
        _ cursor: inout JSONCursor,
        _ show: (JSONMember) -> Void
    ) throws(JSONProblem) -> Range<Int> {
        let start = cursor.position
        try cursor.openObject(bytes)
        while let member = try cursor.nextMember(bytes) { show(member) }
        return start..<cursor.position
    }

    /// Where the first elements of an array stand. One pass that ends early, and keeps nothing but the places.
    ///
    /// - Parameters:
    ///   - rules: for all that is looked at.
    ///   - limit: after so many elements and one more the rest is not looked at.
    /// - Returns: at most `limit` + 1 places: more than `limit` say that the array is longer, and nothing of what follows.
    /// - Throws: the first problem that was found, ``JSONProblem/Reason/notAnArray`` among them.
    public static func elements(
        of bytes: [UInt8],
        rules: JSONRules,
        upTo limit: Int
    ) throws(JSONProblem) -> [Range<Int>] {
        let span = bytes.span
        var cursor = JSONCursor(rules: rules)
        try cursor.begin(span)
        guard cursor.position < span.count else { throw cursor.unexpected(span) }
        guard span[cursor.position] == UInt8(ascii: "[") else { throw cursor.problem(.notAnArray, at: cursor.position) }
        cursor.position += 1
        var places: [Range<Int>] = []
        while let place = try nextElement(span, &cursor, isFirst: places.isEmpty) {
            places.append(place)
            if places.count > limit { return places }
        }
        try cursor.end(span)
        return places
    }

    /// The next element, or nil when the closing bracket was passed.
    private static func nextElement(
        _ bytes: Span<UInt8>,
        _ cursor: inout JSONCursor,
        isFirst: Bool
    ) throws(JSONProblem) -> Range<Int>? {
        cursor.skipWhitespace(bytes)
        guard cursor.position < bytes.count else { throw cursor.unexpected(bytes) }
        if bytes[cursor.position] == UInt8(ascii: "]") {
            cursor.position += 1
            return nil
        }
        if !isFirst {
            guard bytes[cursor.position] == UInt8(ascii: ",") else { throw cursor.unexpected(bytes) }
            cursor.position += 1
            cursor.skipWhitespace(bytes)
        }
        let start = cursor.position
        _ = try cursor.skipValue(bytes, depth: 1)
        return start..<cursor.position
    }
}
