import Testing
import WireJSON

@Suite struct JSONScannerTests {
    private static let whole =
        #" {"touser":"oia2Tju","n":-12.5e+3,"z":0,"deep":[{"a":[true,false,null,[]]},{}],"#
        + #""text":"订单 \ud83d\ude00 😀 é \" \\ \u0041","e":""} "#

    @Test(arguments: [
        "{}", "[]", "0", "-0", "12", "1.5", "1e5", "1E-5", "1.25e+10", "true", "false", "null", #""""#,
        #"  {"a":1}  "#, "[1,2,3]", "[[],{},[{}]]", #"{"a":{"b":{"c":[]}}}"#, #""\/\b\f\n\r\t\u00e9""#,
        #""\ud83d\ude00""#, "\"\u{7F}\"", "\"\u{10FFFF}\"", "\t\r\n 1", #"{"":""}"#, #"{"a":1,"a":2}"#,
    ])
    func `JSON passes`(_ text: String) throws {
        try JSONScanner.validate(Array(text.utf8))
    }

    @Test(arguments: [
        ("", 0, JSONProblem.Reason.unexpectedEnd), ("  ", 2, .unexpectedEnd), ("{", 1, .unexpectedEnd),
        ("}", 0, .unexpectedByte), (",", 0, .unexpectedByte), ("{]", 1, .unexpectedByte), ("[}", 1, .unexpectedByte),
        ("[1,]", 3, .unexpectedByte), ("[,1]", 1, .unexpectedByte), ("[1 2]", 3, .unexpectedByte),
        (#"{"a"}"#, 4, .unexpectedByte), (#"{"a":}"#, 5, .unexpectedByte), (#"{"a":1,}"#, 7, .unexpectedByte),
        (#"{,"a":1}"#, 1, .unexpectedByte), ("{a:1}", 1, .unexpectedByte), ("{1:1}", 1, .unexpectedByte),
        ("[1]]", 3, .trailingBytes), ("{} x", 3, .trailingBytes), ("1 2", 2, .trailingBytes),
        ("{}\0", 2, .trailingBytes),
        ("01", 1, .invalidNumber), ("-", 1, .unexpectedEnd), ("-x", 1, .invalidNumber), ("1.", 2, .unexpectedEnd),
        ("1.x", 2, .invalidNumber), ("1e", 2, .unexpectedEnd), ("1e+", 3, .unexpectedEnd), ("[1e]", 3, .invalidNumber),
        (".5", 0, .unexpectedByte), ("+1", 0, .unexpectedByte), ("NaN", 0, .unexpectedByte), ("tru", 3, .unexpectedEnd),
        ("trux", 3, .unexpectedByte), ("falsy", 4, .unexpectedByte), ("nul", 3, .unexpectedEnd),
        ("'a'", 0, .unexpectedByte),
        ("\"a\nb\"", 2, .controlCharacter), ("\"\0\"", 1, .controlCharacter), ("\"\u{1F}\"", 1, .controlCharacter),
        (#""\x""#, 1, .invalidEscape), (#""\u12g4""#, 1, .invalidEscape), (#""\u12""#, 1, .invalidEscape),
        (#""\ud800""#, 1, .unpairedSurrogate), (#""\udc00""#, 1, .unpairedSurrogate),
        (#""\ud800\n""#, 1, .unpairedSurrogate), (#""\ud800\u0041""#, 1, .unpairedSurrogate),
        (#""\ude00\ud83d""#, 1, .unpairedSurrogate), (#"{"\ud800":1}"#, 2, .unpairedSurrogate),
        ("\u{FEFF}{}", 0, .byteOrderMark), ("[1,/**/2]", 3, .unexpectedByte), ("{}{}", 2, .trailingBytes),
    ])
    func `what is no JSON is refused with its place`(_ text: String, _ offset: Int, _ reason: JSONProblem.Reason) {
        #expect(throws: JSONProblem(offset: offset, reason: reason)) { try JSONScanner.validate(Array(text.utf8)) }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xE4, 0xBD], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xC4, 0xE3, 0xBA, 0xC3], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func `bytes that are no UTF-8 are refused at the first of them`(_ malformed: [UInt8]) {
        let text = [0x22, 0x61] + malformed + [0x22]
        #expect(throws: JSONProblem(offset: 2, reason: .invalidUTF8)) { try JSONScanner.validate(text) }
        #expect(throws: Never.self) { try JSONScanner.validate(text, rules: .lenient) }
    }

    @Test func `every scalar of one to four bytes passes`() throws {
        for value in UInt32(0x20)..<0x11_0000 where value % 7 == 0 || value < 0x1000 || value & 0xFF > 0xFD {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            try JSONScanner.validate(Array("\"\(Character(scalar))\"".utf8))
        }
    }

    @Test func `no prefix of a document is a document`() {
        let bytes = Array(Self.whole.utf8)
        #expect(throws: Never.self) { try JSONScanner.validate(bytes) }
        for length in 0..<(bytes.count - 1) {
            let prefix = Array(bytes[..<length])
            #expect(throws: JSONProblem(offset: length, reason: .unexpectedEnd)) { try JSONScanner.validate(prefix) }
            #expect(throws: JSONProblem.self) { try JSONScanner.validate(prefix, rules: .lenient) }
            #expect(throws: JSONProblem.self) { try JSONObjectView(prefix, rules: .lenient) }
        }
    }

    @Test func `a document with one byte changed is read or refused, and nothing else`() {
        let bytes = Array(Self.whole.utf8)
        for index in bytes.indices {
            for byte in [0, 0x0A, 0x22, 0x2C, 0x3A, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                let isStrict = (try? JSONScanner.validate(changed)) != nil
                let isLenient = (try? JSONScanner.validate(changed, rules: .lenient)) != nil
                #expect(!isStrict || isLenient)
                #expect(((try? CanonicalJSON.canonicalBytes(of: changed)) != nil) == isStrict)
                let isObject = (try? JSONObjectView(changed, rules: .lenient)) != nil
                #expect(!isObject || isLenient)
            }
        }
    }

    @Test(arguments: [1, 2, 63, 64, 300, 512])
    func `nesting up to the limit passes and one level more is refused`(_ depth: Int) {
        for (opening, closing) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ levels: Int) -> [UInt8] {
                let core = opening == "[" ? "" : "1"
                return Array(
                    (String(repeating: opening, count: levels) + core + String(repeating: closing, count: levels)).utf8
                )
            }
            #expect(throws: Never.self) { try JSONScanner.validate(nested(depth), maxDepth: depth) }
            #expect(throws: JSONProblem(offset: depth * opening.utf8.count, reason: .tooDeep)) {
                try JSONScanner.validate(nested(depth + 1), maxDepth: depth)
            }
        }
    }

    @Test func `300 levels are too deep for a request and not for an answer`() throws {
        let bytes = Array(
            (#"{"a":"# + String(repeating: "[", count: 300) + String(repeating: "]", count: 300) + "}").utf8
        )
        #expect(throws: JSONProblem(offset: 5 + 63, reason: .tooDeep)) { try JSONScanner.validate(bytes) }
        #expect(throws: JSONProblem.self) { try JSONObjectView(bytes) }
        #expect(try JSONObjectView(bytes, rules: .lenient).members.count == 1)
    }

    @Test func `no rules allow more levels than the scanner can hold`() {
        let rules = JSONRules(
            maximumDepth: .max,
            allowsControlCharacters: false,
            allowsMalformedText: false,
            allowsPadding: false
        )
        #expect(rules.maximumDepth == JSONRules.deepest)
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONProblem(offset: 512, reason: .tooDeep)) { try JSONScanner.validate(bytes, rules: rules) }
    }

    @Test func `mixed brackets are told apart at every level`() {
        let opening = String(repeating: #"[{"a":"#, count: 100)
        let right = Array((opening + "1" + String(repeating: "}]", count: 100)).utf8)
        #expect(throws: Never.self) { try JSONScanner.validate(right, rules: .lenient) }
        for index in right.indices.dropFirst(opening.utf8.count + 1) {
            var wrong = right
            wrong[index] = right[index] == UInt8(ascii: "}") ? UInt8(ascii: "]") : UInt8(ascii: "}")
            #expect(throws: JSONProblem(offset: index, reason: .unexpectedByte)) {
                try JSONScanner.validate(wrong, rules: .lenient)
            }
        }
    }

    @Test(arguments: [
        "\u{FEFF}{}", "{}\0\0 \n", "{\"a\":\"\0\n\u{1}\"}", #"{"a":"\ud800"}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#,
    ])
    func `an answer may hold what a request may not`(_ text: String) {
        #expect(throws: JSONProblem.self) { try JSONScanner.validate(Array(text.utf8)) }
        #expect(throws: Never.self) { try JSONScanner.validate(Array(text.utf8), rules: .lenient) }
    }

    @Test func `control characters can be allowed alone`() {
        #expect(throws: Never.self) {
            try JSONScanner.validate(Array("\"a\nb\"".utf8), allowControlCharacters: true)
        }
        #expect(throws: JSONProblem.self) {
            try JSONScanner.validate([0x22, 0xFF, 0x22], allowControlCharacters: true)
        }
    }

    @Test func `a problem tells its reason and place to people`() {
        #expect(
            JSONProblem(offset: 17, reason: .controlCharacter).description == "control character in a string at byte 17"
        )
    }
}
