import TestSupport
import Testing

@testable import WireMessagePack

@Suite struct MessagePackJSONTests {
    /// The spec's formats, each at its borders.
    private static let values: [(bytes: [UInt8], json: String)] = [
        ([0xC0], "null"), ([0xC2], "false"), ([0xC3], "true"), ([0x00], "0"), ([0x7F], "127"), ([0xE0], "-32"),
        ([0xFF], "-1"),
        ([0xCC, 0xFF], "255"), ([0xCD, 0x01, 0x00], "256"), ([0xCE, 0xFF, 0xFF, 0xFF, 0xFF], "4294967295"),
        ([0xCF] + [UInt8](repeating: 0xFF, count: 8), "18446744073709551615"),
        ([0xD0, 0x80], "-128"), ([0xD1, 0x80, 0x00], "-32768"), ([0xD2, 0x80, 0, 0, 0], "-2147483648"),
        ([0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], "-9223372036854775808"), ([0xD3, 0, 0, 0, 0, 0, 0, 0, 1], "1"),
        ([0xCA, 0x3D, 0xCC, 0xCC, 0xCD], "0.1"), ([0xCA, 0x42, 0x28, 0, 0], "42"),
        ([0xCB, 0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A], "0.1"), ([0xCB, 0x40, 0x45, 0, 0, 0, 0, 0, 0], "42"),
        ([0xA0], #""""#), ([0xA3, 0x61, 0x22, 0x0A], #""a\"\n""#), ([0xD9, 0x01, 0x61], #""a""#),
        ([0xDA, 0, 1, 0x61], #""a""#),
        ([0xDB, 0, 0, 0, 1, 0x61], #""a""#), ([0xA3, 0xE8, 0x8C, 0xB6], #""茶""#),
        ([0x90], "[]"), ([0x92, 0x01, 0xC0], "[1,null]"), ([0xDC, 0, 1, 0x01], "[1]"),
        ([0xDD, 0, 0, 0, 1, 0x90], "[[]]"),
        ([0x80], "{}"), ([0x82, 0xA1, 0x61, 0x01, 0xA1, 0x62, 0x80], #"{"a":1,"b":{}}"#),
        ([0xDE, 0, 1, 0xA1, 0x61, 0xC3], #"{"a":true}"#), ([0xDF, 0, 0, 0, 1, 0xD9, 1, 0x61, 0xC3], #"{"a":true}"#),
    ]

    @Test(arguments: values)
    func `a value is the JSON that says the same`(_ bytes: [UInt8], _ json: String) throws {
        #expect(String(decoding: try MessagePackJSON.json(of: bytes), as: UTF8.self) == json)
    }

    @Test(arguments: values)
    func `a value that is cut is refused wherever it is cut`(_ bytes: [UInt8], _ json: String) {
        for count in 0..<bytes.count {
            let problem = MessagePackProblem(offset: 0, reason: .unexpectedEnd)
            #expect { try MessagePackJSON.json(of: Array(bytes.prefix(count))) } throws: { error in
                (error as? MessagePackProblem)?.reason == problem.reason
            }
        }
    }

    private static let refused: [(bytes: [UInt8], reason: MessagePackProblem.Reason, offset: Int)] = [
        ([], .unexpectedEnd, 0), ([0xC0, 0xC0], .trailingBytes, 1), ([0xC1], .unknownType, 0),
        ([0xC4, 0x01, 0x61], .unknownType, 0), ([0xD4, 0x01, 0x00], .unknownType, 0),
        ([0xD6, 0xFF, 0, 0, 0, 0], .unknownType, 0), ([0xA1, 0xFF], .invalidUTF8, 1),
        ([0xA2, 0xC3, 0x28], .invalidUTF8, 1), ([0x81, 0x01, 0x01], .nameIsNoText, 1),
        ([0x81, 0xC4, 0x00, 0x01], .nameIsNoText, 1), ([0x81, 0xA1, 0xFF, 0x01], .invalidUTF8, 2),
        ([0xCA, 0x7F, 0x80, 0, 0], .notFinite, 5), ([0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0], .notFinite, 9),
        // Lengths of four billion, of which nothing is there.
        ([0xDD, 0xFF, 0xFF, 0xFF, 0xFF], .unexpectedEnd, 5), ([0xDF, 0xFF, 0xFF, 0xFF, 0xFF], .unexpectedEnd, 5),
        ([0xDB, 0xFF, 0xFF, 0xFF, 0xFF], .unexpectedEnd, 5),
    ]

    @Test(arguments: refused)
    func `what has no word in JSON, or no end, is refused`(
        _ bytes: [UInt8],
        _ reason: MessagePackProblem.Reason,
        _ offset: Int
    ) {
        #expect(throws: MessagePackProblem(offset: offset, reason: reason)) { try MessagePackJSON.json(of: bytes) }
    }

    @Test(arguments: [1, 2, 64])
    func `nesting is bounded`(_ depth: Int) throws {
        let arrays = [UInt8](repeating: 0x91, count: depth - 1) + [0x90]
        #expect(try MessagePackJSON.json(of: arrays, maximumDepth: depth).count == depth * 2)
        #expect(throws: MessagePackProblem.self) { try MessagePackJSON.json(of: [0x91] + arrays, maximumDepth: depth) }
        let maps = (0..<depth).reduce([0x80]) { inner, _ in [0x81, 0xA0] + inner } as [UInt8]
        #expect(throws: MessagePackProblem.self) { try MessagePackJSON.json(of: maps, maximumDepth: depth) }
    }

    @Test func `whatever the bytes are, the JSON is no longer than said`() {
        var random = SeededGenerator(seed: 10)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            guard let json = try? MessagePackJSON.json(of: bytes) else { continue }
            #expect(json.count <= bytes.count * 8 + 2, "\(bytes)")
        }
    }
}
