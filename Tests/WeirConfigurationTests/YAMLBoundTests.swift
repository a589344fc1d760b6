import Resilience
import Testing
import Weir

@testable import WeirConfiguration

/// Texts that are meant to cost much, and YAML's own means of sharing.
@Suite struct YAMLBoundTests {
    @Test func `anchors, aliases and merge keys share values`() {
        let text = """
            apps: {main: {appid: wx1, secret: s}, other: {appid: wx2, secret: t}}
            clients:
              a: &client {key: 0123456789abcdef, apps: &apps [main, other], rate: 5/s}
              b: {<<: *client, key: 0123456789abcdeg, rate: 6/s}
              c: {key: 0123456789abcdeh, apps: *apps}
            """
        let read = Reading.read(text)
        #expect(read.problems == [])
        #expect(read.configuration?.clients["b"]?.apps == ["main", "other"])
        #expect(read.configuration?.clients["b"]?.rate?.permits == 6)
        #expect(read.configuration?.clients["b"]?.keys == ["0123456789abcdeg"])
        #expect(read.configuration?.clients["c"]?.apps == ["main", "other"])
    }

    @Test func `of merged mappings the first wins`() {
        let text = Reading.app + "breaker: &one {probes: 1}\n" + "clients: {}\n"
        let root = compose(text + "x: {<<: [*one, {probes: 2, open: 3s}]}").root
        guard case .mapping(let entries)? = root?.content, case .mapping(let merged)? = entries.last?.value.content
        else {
            Issue.record("no mapping")
            return
        }
        #expect(merged.map(\.key) == ["probes", "open"])
        if case .scalar(let text, _) = merged[0].value.content { #expect(text == "1") }
    }

    @Test(arguments: [
        ("a: *none", "1:4: no anchor &none stands before this alias"),
        ("a: &a [*a]", "1:8: no anchor &a stands before this alias"),
        ("a: &a 1\n*a : 2", "2:1: an alias cannot be a key"),
        ("a: &a 1\nb: *a c", "2:4: an alias stands alone: quote a value that begins with *"),
        ("a: {<<: 5}", "1:9: `<<` merges a mapping or a list of mappings, such as *name"),
        ("a: !!int 5", "1:4: tags are not used here"),
        ("? [a]\n: 1", "1:3: a key is a single value"),
        ("a: 1\nb: 2\na: 3\n'a': 4", "3:1: the key `a` occurs again; it is first on line 1"),
    ])
    func `what is wrong with the text itself is named with its place`(_ text: String, _ expected: String) {
        let findings = compose(text).findings.map { "\($0.position.line):\($0.position.column): \($0.message)" }
        #expect(findings.first == expected)
    }

    @Test func `asterisks inside values stay asterisks`() {
        let root = compose("a: 2*b\nc: \"*d\"\ne: |\n  *f *g\n'*h': '*'").root
        guard case .mapping(let entries)? = root?.content else {
            Issue.record("no mapping")
            return
        }
        let values = entries.map { entry in
            if case .scalar(let text, _) = entry.value.content { "\(entry.key)=\(text)" } else { "\(entry.key)" }
        }
        #expect(values == ["a=2*b", "c=*d", "e=*f *g\n", "*h=*"])
    }

    @Test func `aliases that multiply are refused before they are expanded`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...25 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let result = compose(text + "? *a25\n: 1\n")
        #expect(result.findings.contains { $0.message == "aliases stand for more than 100000 values" })
        #expect((result.root?.size ?? 0) < 3 * YAMLTreeBuilder.aliasedLimit)
    }

    @Test func `aliases up to the limit are allowed`() {
        let list = "a: &a [" + [String](repeating: "x", count: 999).joined(separator: ", ") + "]\n"
        let uses = (1...100).map { "b\($0): *a\n" }.joined()
        #expect(compose(list + uses).findings == [])
        #expect(
            compose(list + uses + "c: *a\n").findings.map(\.message) == ["aliases stand for more than 100000 values"]
        )
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "a: &x [", "*a", "&a ", "!a "])
    func `what nests deeply is refused`(_ unit: String) {
        for count in [40, 900, 100_000] {
            let text = String(repeating: unit, count: count)
            #expect(!compose(text).findings.isEmpty, "\(count) of \(unit)")
        }
    }

    @Test func `balanced nesting beyond the limit is named, below it is not`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(compose(nested(32)).findings == [])
        #expect(compose(nested(33)).findings.map(\.message) == ["nested deeper than 32 levels"])
        let chain = (1...40).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
        #expect(compose("a0: &a0 x\n" + chain).findings.first?.message == "nested deeper than 32 levels")
    }

    @Test func `duplicate keys are looked for up to a bound`() {
        let text = (1...40).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        let findings = compose(text).findings
        #expect(!findings.isEmpty)
        let few = (1...30).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(compose(few).findings.count == 30)
    }

    @Test func `a file over eight mebibytes is refused, one of exactly that size is read`() {
        let limit = ConfigurationReader.sizeLimit
        let padded = Reading.app + "#" + String(repeating: "x", count: limit - Reading.app.utf8.count - 1)
        #expect(Reading.read(padded).configuration != nil)
        #expect(Reading.problems(padded + "x") == ["1:1: the file has more than 8388608 bytes"])
        let reader = Reading.reader(files: ["weir.yml": Array((padded + "x").utf8)])
        #expect(reader.read(path: "weir.yml").problems.map(\.message) == ["the file has more than 8388608 bytes"])
    }

    @Test func `a file that is not UTF-8 is refused where it stops being so`() {
        let bytes = Array("apps:\n  ünï: ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
        let read = Reading.reader(files: ["weir.yml": bytes]).read(path: "weir.yml")
        #expect(read.problems.map(\.description) == ["weir.yml:2:8: not UTF-8 from here on"])
        let utf16 = Reading.reader(files: ["weir.yml": [0xFF, 0xFE, 0x61, 0]]).read(path: "weir.yml")
        #expect(utf16.problems.map(\.description) == ["weir.yml:1:1: not UTF-8 from here on"])
    }

    @Test func `a byte order mark and Windows line ends change nothing`() {
        let text = "\u{FEFF}" + (Reading.app + "sever: {}\n").replacing("\n", with: "\r\n")
        #expect(Reading.problems(text) == ["3:1: sever: unknown key; did you mean `server`?"])
    }

    @Test func `a file that is missing is a problem`() {
        let read = Reading.reader().read(path: "weir.yml")
        #expect(read.problems.map(\.description) == ["weir.yml:1:1: the file does not exist"])
    }

    private func compose(_ text: String) -> (root: YAMLNode?, findings: [Finding]) {
        var composer = YAMLComposer(text)
        let root = composer.compose()
        return (root, composer.findings)
    }
}
