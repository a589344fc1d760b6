import Logging
import Testing
import WireJSON

@testable import Telemetry

/// One line of the log, whatever goes into it.
struct LogLineTests {
    private func line(_ members: [(String, Logger.MetadataValue)]) -> String {
        var line = LogLine()
        for (name, value) in members { line.add(name, value) }
        return String(decoding: line.bytes, as: UTF8.self)
    }

    @Test func `no name stands twice, and what is there already keeps its own`() throws {
        let text = line([
            ("message", "said"), ("level", "info"), ("level", "low"), ("message", "a caller's"), ("message", "third"),
            ("metadata_message", "fourth"),
        ])
        #expect(
            text == """
                {"message":"said","level":"info","metadata_level":"low","metadata_message":"a caller's",\
                "metadata_metadata_message":"third","metadata_metadata_metadata_message":"fourth"}

                """
        )
    }

    static let values: [(value: Logger.MetadataValue, json: String)] = [
        ("7", "\"7\""), (.stringConvertible(7), "7"), (.stringConvertible(Int64.min), "-9223372036854775808"),
        (.stringConvertible(UInt8(3)), "3"), (.stringConvertible(true), "true"), (.stringConvertible(false), "false"),
        (.stringConvertible(1.25), "1.25"), (.stringConvertible(Double.infinity), "\"inf\""),
        (.stringConvertible(Character("x")), "\"x\""), (["a", .stringConvertible(1)], "[\"a\",1]"),
        (["b": .stringConvertible(2), "a": "1"], "{\"a\":\"1\",\"b\":2}"), ([:], "{}"),
    ]

    @Test(arguments: values.indices)
    func `numbers are numbers, booleans are booleans, and all else is text`(_ index: Int) {
        let (value, json) = LogLineTests.values[index]
        #expect(line([("it", value)]) == "{\"it\":\(json)}\n")
    }

    @Test(arguments: ["\u{1b}[2J", "a\nb", "\r", "\u{7f}", "\u{9b}31m", "\u{202e}gpj", "\u{2028}", "\u{feff}", "\0"])
    func `what a terminal obeys is escaped, and reads back as it was`(_ text: String) throws {
        let written = line([("it", "\(text)")])
        let shown = written.dropLast().unicodeScalars
        #expect(shown.allSatisfy { 0x20..<0x7F ~= $0.value }, "\(Array(shown))")
        #expect(try JSONObjectView(Array(written.utf8)).string("it") == text)
    }

    @Test func `what people write stays readable`() {
        #expect(line([("it", "退款 “très” \\ \"x\" 👍")]) == "{\"it\":\"退款 “très” \\\\ \\\"x\\\" 👍\"}\n")
    }

    @Test func `a line has an end, whatever goes in`() {
        let long = String(repeating: "好", count: 100_000)
        let members = (0..<1000).map { ("key-\($0)", Logger.MetadataValue.string(long)) }
        #expect(line(members).utf8.count < LogLine.mostMembers * (LogLine.longestText + 40))
        #expect(line([("it", "\(long)")]).hasSuffix("好…\"}\n"))
    }
}
