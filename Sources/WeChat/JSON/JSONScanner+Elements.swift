extension JSONScanner {
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
