/// The elements of a header field that is a list (RFC 9110 5.6.1), whether they came in one line or in many.
struct HeaderList {
    private(set) var elements: [String] = []

    static func of(_ lines: [String]) -> [String] {
        var list = HeaderList()
        for line in lines { list.append(line: line) }
        return list.elements
    }

    /// Adds one line's elements without the spaces around them. A comma within a quoted string separates nothing.
    mutating func append(line: String) {
        let bytes = line.utf8
        var start = bytes.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in bytes.indices {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
            case UInt8(ascii: "\\") where isQuoted:
                isEscaped = true
            case UInt8(ascii: ",") where !isQuoted:
                add(line[start..<index])
                start = bytes.index(after: index)
            default:
                break
            }
        }
        add(line[start...])
    }

    private mutating func add(_ text: Substring) {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = text.utf8.firstIndex(where: { !isSpace($0) }),
            let last = text.utf8.lastIndex(where: { !isSpace($0) })
        else { return }
        elements.append(String(text[first...last]))
    }
}
