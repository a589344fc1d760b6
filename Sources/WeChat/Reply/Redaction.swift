/// Removal of a secret from an answer that is on its way to a caller.
public enum Redaction {
    /// The bytes without any occurrence of `token`; the same array, uncopied, where there is none.
    ///
    /// WeChat's tokens consist of letters, digits, `_` and `-`, which JSON and URLs write as they are; spelled with
    /// needless escapes a token is not found.
    public static func cut(token: String, from bytes: [UInt8]) -> [UInt8] {
        let needle = Array(token.utf8)
        guard !needle.isEmpty, needle.count <= bytes.count else { return bytes }
        let table = skips(needle)
        var found = find(needle, table, in: bytes.span, from: 0)
        guard found != nil else { return bytes }
        var rest: [UInt8] = []
        rest.reserveCapacity(bytes.count - needle.count)
        var start = 0
        while let index = found {
            rest.append(contentsOf: bytes[start..<index])
            start = index + needle.count
            found = find(needle, table, in: bytes.span, from: start)
        }
        rest.append(contentsOf: bytes[start...])
        return rest
    }

    /// How far the search may move for each last byte (Horspool 1980): most bytes of a large file are never looked at.
    private static func skips(_ needle: [UInt8]) -> InlineArray<256, Int> {
        var table = InlineArray<256, Int>(repeating: needle.count)
        for index in 0..<(needle.count - 1) { table[Int(needle[index])] = needle.count - 1 - index }
        return table
    }

    private static func find(
        _ needle: [UInt8],
        _ skips: InlineArray<256, Int>,
        in bytes: Span<UInt8>,
        from start: Int
    ) -> Int? {
        var index = start
        while index + needle.count <= bytes.count {
            var offset = needle.count - 1
            while offset >= 0, bytes[index + offset] == needle[offset] { offset -= 1 }
            if offset < 0 { return index }
            index += skips[Int(bytes[index + needle.count - 1])]
        }
        return nil
    }
}
