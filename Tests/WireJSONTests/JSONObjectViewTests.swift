import Testing
import WireJSON

@Suite struct JSONObjectViewTests {
    private func view(_ text: String, _ rules: JSONRules = .strict) throws -> JSONObjectView {
        try JSONObjectView(Array(text.utf8), rules: rules)
    }

    @Test func `members are found with their kinds and values`() throws {
        let view = try view(
            #" {"s":"a\nb","i":9223372036854775807,"n":-9223372036854775808,"f":1.5,"t":true,"b":false,"#
                + #""z":null,"o":{"k":"v"},"a":[1,"x",{}]} "#
        )
        #expect(view.string("s") == "a\nb")
        #expect(view.integer("i") == .max)
        #expect(view.integer("n") == .min)
        #expect(view.integer("f") == nil)
        #expect(view.bool("t") == true)
        #expect(view.bool("b") == false)
        #expect(view.value("z")?.kind == .null)
        #expect(view.object("o")?.string("k") == "v")
        #expect(view.value("a")?.array?.map(\.kind) == [.number, .string, .object])
        #expect(view.value("missing") == nil)
        #expect(view.string("i") == nil)
        #expect(view.bool("s") == nil)
        #expect(view.members.count == 9)
        #expect(view.value("o").map { Array($0.text) } == Array(#"{"k":"v"}"#.utf8))
    }

    @Test func `a path leads through objects only`() throws {
        let view = try view(#"{"a":{"b":{"c":"d"}},"x":[{"b":1}]}"#)
        #expect(view.value(at: ["a", "b", "c"])?.string == "d")
        #expect(view.value(at: ["a", "c"]) == nil)
        #expect(view.value(at: ["x", "b"]) == nil)
        #expect(view.value(at: []) == nil)
    }

    @Test func `of members with one name the last counts`() throws {
        let view = try view(#"{"a":1,"b":0,"a":2,"\u0061":3}"#)
        #expect(view.integer("a") == 3)
        #expect(view.count(of: "a") == 3)
        #expect(view.count(of: "b") == 1)
        #expect(view.count(of: "c") == 0)
    }

    @Test(
        arguments: [
            ("9223372036854775808", nil), ("-9223372036854775809", nil),
            ("3557254367693750277", 3_557_254_367_693_750_277),
            ("0", 0), ("-0", 0), ("1e3", nil), ("\"12\"", nil), ("99999999999999999999", nil),
        ] as [(String, Int64?)]
    )
    func `integers keep all of their 64 bits or are none`(_ text: String, _ expected: Int64?) throws {
        #expect(try view("{\"n\":\(text)}").integer("n") == expected)
    }

    @Test(
        arguments: [
            ("\"12\"", 12), ("\"-1\"", -1), ("\"\"", nil), ("\"-\"", nil), ("\"1x\"", nil), ("7", 7), ("true", nil),
        ] as [(String, Int64?)]
    )
    func `an answer's number may be quoted`(_ text: String, _ expected: Int64?) throws {
        #expect(try view("{\"n\":\(text)}").value("n")?.lenientInteger == expected)
    }

    @Test(arguments: ["[]", "1", "\"a\"", "null", "<html>", "x"])
    func `what is no object is refused`(_ text: String) {
        #expect(throws: JSONProblem(offset: 0, reason: .notAnObject)) { try view(text) }
    }

    @Test func `a string is decoded escape by escape`() throws {
        let text = #"{"s":"\"\\\/\b\f\n\r\t\u4f60\u00e9\ud83d\ude00😀"}"#
        #expect(try view(text).string("s") == "\"\\/\u{8}\u{C}\n\r\t你é😀😀")
    }

    @Test func `what cannot be decoded becomes a replacement character`() throws {
        #expect(try view(#"{"s":"a\ud83d"}"#, .lenient).string("s") == "a\u{FFFD}")
        #expect(try view(#"{"s":"\ud83d\u0041\udc00"}"#, .lenient).string("s") == "\u{FFFD}A\u{FFFD}")
        #expect(try view(#"{"s":"\u12\x"}"#, .lenient).string("s") == "u12x")
        let bytes = Array("{\"s\":\"".utf8) + [0xE4, 0xBD] + Array("\"}".utf8)
        #expect(try JSONObjectView(bytes, rules: .lenient).string("s") == "\u{FFFD}")
    }

    @Test(arguments: [("[]", 0), ("[ ]", 0), ("[1]", 1), ("[ [1,2] , {\"a\":[]} , \"]\" ]", 3)])
    func `an array's elements are its own`(_ text: String, _ count: Int) throws {
        #expect(try view("{\"a\": \(text) }").value("a")?.array?.count == count)
    }
}
