import Resilience
import Testing

@testable import WeirConfiguration

@Suite struct ValueTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("24h", .seconds(86_400)),
        ("7d", .seconds(7 * 86_400)), ("1h30m", .seconds(5400)), ("1d2h3m4s5ms", .milliseconds(93_784_005)),
        ("0s", .zero),
    ])
    func `a duration is numbers with units`(_ text: String, _ expected: Duration) {
        #expect(DurationText.parse(text) == expected)
        #expect(DurationText.parse(DurationText.format(expected)) == expected)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "5S", "1.5s", "-5s", "+5s", "30m1h", "5s5s", "5us", "٣s", "9223372036854775807d", "5s ",
        "99999999999999999999s", "1d9223372036854775807ms",
    ])
    func `anything else is no duration`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        ("100/s", RateLimit(permits: 100, per: .seconds(1), burst: 100)),
        ("6000/m", RateLimit(permits: 6000, per: .seconds(60), burst: 100)),
        ("1/h", RateLimit(permits: 1, per: .seconds(3600), burst: 1)),
        ("50000/d", RateLimit(permits: 50_000, per: .seconds(86_400), burst: 1)),
        ("1000000/s", RateLimit(permits: 1_000_000, per: .seconds(1), burst: 1_000_000)),
        ("60000000/m", RateLimit(permits: 60_000_000, per: .seconds(60), burst: 1_000_000)),
    ])
    func `a rate's burst is one second of it, and at least 1`(_ text: String, _ expected: RateLimit) throws {
        #expect(try RateText.parse(text) == expected)
        #expect(RateText.format(expected) == text)
    }

    @Test(arguments: [
        ("", RateText.Problem.syntax), ("5", .syntax), ("/s", .syntax), ("5/", .syntax), ("5/w", .syntax),
        ("5/ms", .syntax),
        ("-5/s", .syntax), ("5 /s", .syntax), ("0.5/s", .syntax), ("5/s/s", .syntax), ("0/s", .zero),
        ("1000001/s", .tooFast),
        ("60000001/m", .tooFast), ("99999999999999999999/d", .tooFast),
    ])
    func `anything else is no rate`(_ text: String, _ expected: RateText.Problem) {
        #expect(throws: expected) { try RateText.parse(text) }
    }

    @Test(arguments: [
        ("same", "same", 0), ("", "abc", 3), ("secrt", "secret", 1), ("hihg", "high", 1), ("kitten", "sitting", 3),
        ("ab", "ba", 1),
    ])
    func `names are as far apart as it takes edits`(_ left: String, _ right: String, _ expected: Int) {
        #expect(EditDistance.between(left, right) == expected)
        #expect(EditDistance.between(right, left) == expected)
    }

    @Test func `a name of a mebibyte costs no more than a short one`() {
        #expect(
            EditDistance.between(String(repeating: "x", count: 1 << 20), String(repeating: "y", count: 1 << 20)) == 64
        )
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("[::1]", true), ("localhost", true),
        ("LOCALHOST", true),
        ("128.0.0.1", false), ("127.0.0.1.example", false), ("127.0.1", false), ("0.0.0.0", false), ("::", false),
        ("127.0.0.01", false), ("localhost.example", false),
    ])
    func `loopback is what never leaves the machine`(_ host: String, _ expected: Bool) {
        #expect(LoopbackAddress.contains(host) == expected)
    }

    @Test(arguments: [
        ("a", true), ("0", true), ("my-app_2", true), (String(repeating: "a", count: 32), true),
        ("", false), ("-a", false), ("_a", false), ("A", false), ("a.b", false), ("a b", false), ("ä", false),
        (String(repeating: "a", count: 33), false),
    ])
    func `a name fits into tokens, URLs and labels`(_ name: String, _ expected: Bool) {
        #expect(NameRule.allows(name) == expected)
    }

    @Test(arguments: [
        ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true), ("::ffff:1.2.3.4", true),
        ("fe80::1:2", true),
        ("", false), (":", false), (":::", false), ("1::2::3", false), ("1:2:3:4:5:6:7", false), ("12345::", false),
        ("1:2:3:4:5:6:7:8:9", false), ("g::", false), ("1.2.3.4", false),
    ])
    func `an IPv6 address has eight groups or a gap`(_ text: String, _ expected: Bool) {
        #expect(HostText.isIPv6(text) == expected)
    }

    @Test(arguments: [("1", 1), ("64MiB", 64 << 20), ("3KiB", 3 << 10), ("2GiB", 2 << 30)])
    func `a number of bytes may have a unit`(_ text: String, _ expected: Int) {
        #expect(ByteCountText.parse(text) == expected)
        #expect(ByteCountText.format(expected) == text)
    }

    @Test(arguments: ["", "MiB", "1MB", "1.5MiB", "-1", "9223372036854775807GiB"])
    func `anything else is no number of bytes`(_ text: String) {
        #expect(ByteCountText.parse(text) == nil)
    }
}
