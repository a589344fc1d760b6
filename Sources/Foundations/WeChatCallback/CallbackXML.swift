/// Reads the XML of WeChat's callbacks: elements, texts, CDATA and comments, and nothing else of XML.
///
/// A reader of its own rather than Foundation's `XMLParser`: that is libxml2, which knows document types, entities, encodings and
/// the network, and would have to be told to leave each of them alone. What is not here can't be asked for: a document type is
/// refused where it begins, and the only entities are XML's five and numbers. One pass, no recursion.
struct CallbackXML {
    private let bytes: [UInt8]
    private let limits: CallbackLimits
    private var position = 0
    private var nodes = 0
    /// The elements that are open, from the outermost on.
    private var open: [CallbackNode] = []

    init(_ bytes: [UInt8], _ limits: CallbackLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The document's element.
    mutating func read() throws(CallbackBodyProblem) -> CallbackNode {
        skip("\u{FEFF}")
        if starts("<?xml") { try skip(past: "?>") }
        var root: CallbackNode?
        while position < bytes.count {
            if open.isEmpty {
                skipSpace()
                guard position < bytes.count else { break }
                guard bytes[position] == UInt8(ascii: "<") else { throw .malformed }
            }
            guard let closed = try step() else { continue }
            guard root == nil else { throw .malformed }
            root = closed
        }
        guard open.isEmpty, let root else { throw .malformed }
        return root
    }

    /// Reads the next piece.
    ///
    /// - Returns: The outermost element, when it is closed.
    private mutating func step() throws(CallbackBodyProblem) -> CallbackNode? {
        if bytes[position] != UInt8(ascii: "<") {
            try readText()
            return nil
        }
        if skip("<![CDATA[") {
            guard !open.isEmpty else { throw .malformed }
            append(try take(until: "]]>"))
            return nil
        }
        if skip("<!--") {
            try skip(past: "-->")
            return nil
        }
        if starts("<!") || starts("<?") { throw .forbidden }
        if skip("</") { return try close() }
        position += 1
        return try openElement()
    }

    // MARK: Elements

    private mutating func openElement() throws(CallbackBodyProblem) -> CallbackNode? {
        let name = try readName()
        guard open.count < limits.depth else { throw .tooDeep }
        nodes += 1
        guard nodes <= limits.nodes else { throw .tooManyNodes }
        skipSpace()
        let isEmpty = skip("/>")
        guard isEmpty || skip(">") else { throw position < bytes.count ? .forbidden : .malformed }
        open.append(CallbackNode(name))
        return isEmpty ? leave() : nil
    }

    private mutating func close() throws(CallbackBodyProblem) -> CallbackNode? {
        let name = try readName()
        skipSpace()
        guard skip(">"), open.last?.name == name else { throw .malformed }
        return leave()
    }

    private mutating func leave() -> CallbackNode? {
        guard var node = open.popLast() else { return nil }
        // What stands between members is layout.
        if !node.children.isEmpty { node.text = "" }
        guard !open.isEmpty else { return node }
        open[open.count - 1].children.append(node)
        return nil
    }

    private mutating func readName() throws(CallbackBodyProblem) -> String {
        let start = position
        while position < bytes.count, CallbackXML.isName(bytes[position]) { position += 1 }
        guard position > start, position - start <= 128 else { throw .malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...: true
        default: false
        }
    }

    // MARK: Texts

    private mutating func readText() throws(CallbackBodyProblem) {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            if bytes[position] == UInt8(ascii: "&") {
                text += try readEntity()
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        append(text[...])
    }

    private mutating func append(_ text: ArraySlice<UInt8>) {
        open[open.count - 1].text += String(decoding: text, as: UTF8.self)
    }

    private static let entities: [String: UInt8] = ["lt": 0x3C, "gt": 0x3E, "amp": 0x26, "quot": 0x22, "apos": 0x27]

    /// One of XML's own five, or a number. No entity stands for more than one character, so that nothing grows.
    private mutating func readEntity() throws(CallbackBodyProblem) -> [UInt8] {
        position += 1
        let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
        guard let end else { throw .forbidden }
        let name = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 1
        if let byte = CallbackXML.entities[name] { return [byte] }
        guard name.hasPrefix("#") else { throw .forbidden }
        let isHexadecimal = name.hasPrefix("#x")
        let number = UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10)
        guard let number, number > 0, let scalar = Unicode.Scalar(number) else { throw .malformed }
        return Array(String(Character(scalar)).utf8)
    }

    // MARK: The cursor

    private func starts(_ word: String) -> Bool {
        bytes[position...].starts(with: word.utf8)
    }

    @discardableResult
    private mutating func skip(_ word: String) -> Bool {
        guard starts(word) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, CallbackXML.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func skip(past word: String) throws(CallbackBodyProblem) {
        _ = try take(until: word)
    }

    /// What stands before a word that must come, and passes both.
    private mutating func take(until word: String) throws(CallbackBodyProblem) -> ArraySlice<UInt8> {
        let start = position
        let wanted = Array(word.utf8)
        while position + wanted.count <= bytes.count {
            if bytes[position] == wanted[0], starts(word) {
                defer { position += wanted.count }
                return bytes[start..<position]
            }
            position += 1
        }
        throw .malformed
    }
}
