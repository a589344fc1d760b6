import Testing
import Timekeeping

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertTextTests {
    @Test(arguments: [
        ("plain 中文 👨‍👩‍👧", "plain 中文 👨‍👩‍👧"), ("a\nb\tc\r\nd", "a b c  d"), ("a\u{0}b\u{7F}\u{9F}c", "abc"),
        ("\u{202E}evil\u{2066}x\u{2069}", "evilx"), ("line\u{2028}end", "line end"), ("{{ $x }}", "{{ $x }}"),
        ("a\u{61C}\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\u{2060}\u{FEFF}b", "ab"), ("\u{200D}1\u{200D}2", "12"),
        ("❤️\u{200D}🔥", "❤️\u{200D}🔥"),
    ])
    func `control characters go, everything else stays`(_ text: String, _ expected: String) {
        #expect(AlertText.plain(text) == expected)
    }

    @Test func `of a huge text the beginning is looked at`() {
        #expect(AlertText.plain(String(repeating: "é", count: 3_000_000)).unicodeScalars.count == AlertText.longest)
        #expect(AlertText.plain(String(repeating: "\u{0}", count: 9000) + "x").isEmpty)
        let fits = String(repeating: "x", count: AlertText.longest)
        #expect(AlertText.plain(fits) == fits && AlertText.plain(fits + "x") == fits)
    }

    @Test(arguments: [
        ("<@all>", "@all>"), ("<<@all>", "@all>"), ("<<<<@all>", "@all>"), ("<@<@all>", "@@all>"),
        ("a <b> c@d <", "a <b> c@d <"),
        ("<<@<<@", "@@"), ("<@\u{301}x>", "@\u{301}x>"), ("< @all>", "< @all>"),
    ])
    func `no mention is left, nor comes about`(_ text: String, _ expected: String) {
        let safe = AlertText.withoutMentions(text)
        #expect(safe.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("short", 20, "short"), ("12345678901234567890", 20, "12345678901234567890"),
        ("123456789012345678901", 20, "1234567890123456789…"), ("中文中文中文", 5, "中文中文…"),
        ("ab👨‍👩‍👧cd", 8, "ab…"), ("👨‍👩‍👧", 5, "…"), ("e\u{301}e\u{301}e\u{301}", 5, "e\u{301}e\u{301}…"), ("x", 0, "…"),
    ])
    func `a long text is cut between characters`(_ text: String, _ limit: Int, _ expected: String) {
        #expect(AlertText.cut(text, characters: limit) == expected)
    }

    @Test func `bytes are cut between characters too`() {
        #expect(AlertText.cut("中文中文", bytes: 12) == "中文中文")
        #expect(AlertText.cut("中文中文", bytes: 11) == "中文…")
        #expect(AlertText.cut("ab👨‍👩‍👧cd", bytes: 20) == "ab…")
        for limit in 3...40 {
            let cut = AlertText.cut("a中👨‍👩‍👧é中中中中中中中", bytes: limit)
            #expect(cut.utf8.count <= limit && !cut.contains("\u{FFFD}"))
        }
    }

    @Test(arguments: [
        ("http://a:9093", "http://a:9093"), ("https://a/#/alerts?x=1&y=%20", "https://a/#/alerts?x=1&y=%20"),
        ("http://a/b c\"<中>", "http://a/b%20c%22%3C%E4%B8%AD%3E"), ("javascript:alert(1)", nil), ("", nil),
        ("/x", nil), ("http://" + String(repeating: "a", count: 2100), nil),
    ])
    func `only an address becomes a link`(_ text: String, _ expected: String?) {
        #expect(AlertText.link(text) == expected)
    }

    @Test func `times are shown by the clock of Shanghai`() throws {
        let time = try #require(Timestamp(rfc3339: "2026-11-21T17:30:05.123456789Z"))
        #expect(AlertText.time(time) == "2026-11-22 01:30:05")
    }

    @Test func `different texts are named once, and not all of many`() {
        #expect(AlertText.distinct(["a", "", "b", "a"], atMost: 3) == "a, b")
        #expect(AlertText.distinct(["a", "b", "c", "d", "e"], atMost: 3) == "a, b, c and 2 more")
        #expect(AlertText.distinct([], atMost: 3).isEmpty)
    }
}
