import Testing
import WireJSON

@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `members and elements are separated, and absent ones left out`() {
        let json = text {
            $0.object {
                $0.member("a", 1)
                $0.member("b", String?.none)
                $0.member("c", "x")
                $0.member("d", Int?.none)
                $0.member("e", array: { $0.integer(1) })
                $0.member("f", true)
                $0.member("g", raw: Array("null".utf8))
                $0.member("h", raw: Array("[1, 2]".utf8))
                $0.member("i", 1.5)
                $0.member("j", Double.nan)
                $0.member("k", UInt64.max)
            }
        }
        #expect(
            json
                == "{\"a\":1,\"c\":\"x\",\"e\":[1],\"f\":true,\"g\":null,\"h\":[1, 2],\"i\":1.5,\"j\":null,\"k\":18446744073709551615}"
        )
        #expect(text { $0.array { _ in } } == "[]")
        #expect(
            text {
                $0.array {
                    $0.object { _ in }; $0.object { _ in }; $0.string("")
                }
            } == "[{},{},\"\"]"
        )
    }

    @Test(arguments: [
        ("\"", "\\\""), ("\\", "\\\\"), ("\n\r\t", "\\n\\r\\t"), ("\u{00}\u{1f}\u{08}", "\\u0000\\u001f\\u0008"),
        ("\u{7f}é漢😀", "\u{7f}é漢😀"),
        ("</script>", "</script>"), ("\u{2028}", "\u{2028}"),
    ])
    func `strings are escaped as RFC 8259 wants`(_ value: String, _ escaped: String) {
        #expect(text { $0.string(value) } == "\"\(escaped)\"")
    }

    @Test func `whatever is written as a string is read back, as a key too`() throws {
        let value = String((0..<0x250).compactMap { Unicode.Scalar($0).map(Character.init) })
        var writer = JSONWriter()
        writer.object {
            $0.member("text", value)
            $0.member(value, 1)
        }
        let view = try JSONObjectView(writer.bytes)
        #expect(view.string("text") == value)
        #expect(view.value(value) != nil)
    }
}
