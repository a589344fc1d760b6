/// The form of a JSON text in which two texts that say the same are the same bytes: what an idempotency key's request
/// is compared by.
///
/// Members are sorted, white space is dropped, strings are written in one way. Of several members with one name the
/// last counts. Numbers stay as they are written: 1, 1.0 and 1e0 differ, since to tell what WeChat takes for equal is
/// not ours.
///
/// Journals keep digests of this form: another way to write the same would make strangers of a message and its repetition.
public struct CanonicalJSON {
    private struct Member {
        /// The name with its quotes, in the output.
        var name: Range<Int>
        /// From the name's opening quote to the value's last byte, in the output.
        var whole: Range<Int>
    }

    private var output: [UInt8] = []
    /// The members of all objects that are open, inner ones last.
    private var open: [Member] = []
    private var cursor = JSONCursor(rules: .lenient)

    /// The canonical form of a document.
    ///
    /// - Throws: The first problem, when the bytes are not JSON under ``JSONRules/strict``.
    public static func canonicalBytes(of bytes: [UInt8]) throws(JSONProblem) -> [UInt8] {
        try JSONScanner.validate(bytes, rules: .strict)
        var writer = CanonicalJSON()
        writer.output.reserveCapacity(bytes.count)
        let span = bytes.span
        try writer.cursor.begin(span)
        try writer.writeValue(span)
        return writer.output
    }

    /// Recursive: the rules that the bytes were checked by allow 64 levels.
    private mutating func writeValue(_ bytes: Span<UInt8>) throws(JSONProblem) {
        let start = cursor.position
        switch bytes[start] {
        case UInt8(ascii: "{"):
            try writeObject(bytes)
        case UInt8(ascii: "["):
            try writeArray(bytes)
        case UInt8(ascii: "\""):
            let isEscaped = try cursor.skipString(bytes)
            writeString(bytes, (start + 1)..<(cursor.position - 1), isEscaped: isEscaped)
        default:
            _ = try cursor.skipValue(bytes, depth: 1)
            for index in start..<cursor.position { output.append(bytes[index]) }
        }
    }

    private mutating func writeArray(_ bytes: Span<UInt8>) throws(JSONProblem) {
        output.append(UInt8(ascii: "["))
        cursor.position += 1
        cursor.skipWhitespace(bytes)
        while bytes[cursor.position] != UInt8(ascii: "]") {
            if bytes[cursor.position] == UInt8(ascii: ",") {
                output.append(UInt8(ascii: ","))
                cursor.position += 1
                cursor.skipWhitespace(bytes)
            }
            try writeValue(bytes)
            cursor.skipWhitespace(bytes)
        }
        cursor.position += 1
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ bytes: Span<UInt8>) throws(JSONProblem) {
        output.append(UInt8(ascii: "{"))
        let first = open.count
        cursor.position += 1
        cursor.skipWhitespace(bytes)
        while bytes[cursor.position] != UInt8(ascii: "}") {
            if bytes[cursor.position] == UInt8(ascii: ",") {
                output.append(UInt8(ascii: ","))
                cursor.position += 1
                cursor.skipWhitespace(bytes)
            }
            let start = cursor.position
            let outputStart = output.count
            let isEscaped = try cursor.skipString(bytes)
            writeString(bytes, (start + 1)..<(cursor.position - 1), isEscaped: isEscaped)
            let nameEnd = output.count
            output.append(UInt8(ascii: ":"))
            cursor.skipWhitespace(bytes)
            cursor.position += 1
            cursor.skipWhitespace(bytes)
            try writeValue(bytes)
            open.append(Member(name: outputStart..<nameEnd, whole: outputStart..<output.count))
            cursor.skipWhitespace(bytes)
        }
        cursor.position += 1
        sortMembers(from: first)
        output.append(UInt8(ascii: "}"))
    }

    /// Puts the members of the innermost object, which were written as they came, in order.
    private mutating func sortMembers(from first: Int) {
        defer { open.removeSubrange(first...) }
        var isSorted = true
        for index in open.indices.dropFirst(first + 1) where !isBefore(open[index - 1], open[index]) {
            isSorted = false
            break
        }
        guard !isSorted else { return }
        let start = open[first].whole.lowerBound
        // Swift's sort is stable, so that of equal names the one written last comes last.
        let sorted = open[first...].sorted { isBefore($0, $1) }
        var rewritten: [UInt8] = []
        rewritten.reserveCapacity(output.count - start)
        for (index, member) in sorted.enumerated() {
            if index + 1 < sorted.count, !isBefore(member, sorted[index + 1]) { continue }
            if !rewritten.isEmpty { rewritten.append(UInt8(ascii: ",")) }
            rewritten.append(contentsOf: output[member.whole])
        }
        output.removeSubrange(start...)
        output.append(contentsOf: rewritten)
    }

    private func isBefore(_ left: Member, _ right: Member) -> Bool {
        output[left.name].lexicographicallyPrecedes(output[right.name])
    }

    private mutating func writeString(_ bytes: Span<UInt8>, _ range: Range<Int>, isEscaped: Bool) {
        output.append(UInt8(ascii: "\""))
        if isEscaped {
            var decoded: [UInt8] = []
            JSONText.appendDecoded(bytes, range, to: &decoded)
            for byte in decoded { JSONText.appendEscaped(byte, to: &output) }
        } else {
            for index in range { output.append(bytes[index]) }
        }
        output.append(UInt8(ascii: "\""))
    }
}
