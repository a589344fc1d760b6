import Testing
import Weir

@testable import WeirConfiguration

@Suite struct VariableTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("${A}", "alpha"),
        ("x${A}-${A}y", "xalpha-alphay"),
        ("${NONE:-fallback}", "fallback"),
        ("${EMPTY:-fallback}", "fallback"),
        ("${A:-fallback}", "alpha"),
        ("${NONE:-}", ""),
        ("${EMPTY}", ""),
        ("${NONE:-a:-b}", "a:-b"),
        ("$${A}", "${A}"),
        ("$$A", "$$A"),
        ("pa$$word$", "pa$$word$"),
        ("$A", "$A"),
        ("${TRICKY}", "a: #b ${A} $${A} \"'{}[]*&"),
    ])
    func `references become values, once`(_ source: String, _ expected: String) {
        let expansion = VariableExpansion(of: source, in: environment)
        #expect(expansion.text == expected)
        #expect(expansion.problems == [])
    }

    @Test(arguments: [
        ("${NONE}${ALSO}", [VariableExpansion.Problem.unset("NONE"), .unset("ALSO")]),
        ("a ${A", [.open]),
        ("${}", [.notAName]),
        ("${1A}", [.notAName]),
        ("${A-b}", [.notAName]),
        ("${A B}", [.notAName]),
        ("${A:b}", [.notAName]),
        ("${BIG}${BIG}", [.tooLong]),
    ])
    func `a wrong reference is a problem`(_ source: String, _ expected: [VariableExpansion.Problem]) {
        #expect(VariableExpansion(of: source, in: environment).problems == expected)
    }

    @Test func `a variable names its field when it is not set`() {
        let text = "apps: {main: {appid: wx1, secret: \"${WEIR_NONE}\"}}"
        let expected = "1:35: apps.main.secret: the environment variable WEIR_NONE is not set"
        #expect(Reading.problems(text) == [expected])
    }

    @Test func `a value is taken as it is, whatever YAML would make of it`() {
        let read = Reading.read("apps: {main: {appid: wx1, secret: \"${TRICKY}\"}}", environment: environment)
        #expect(read.configuration?.apps["main"]?.secret == environment["TRICKY"])
        let broken = Reading.read(
            "apps:\n  main: {appid: wx1, secret: \"${KEYS}\"}",
            environment: ["KEYS": "s}, x: {y"]
        )
        #expect(broken.configuration?.apps["main"]?.secret == "s}, x: {y")
    }

    @Test func `a value called null is still a value`() {
        let read = Reading.read("apps: {main: {appid: wx1, secret: \"${N}\"}}", environment: ["N": "null"])
        #expect(read.configuration?.apps["main"]?.secret == "null")
    }

    @Test func `numbers and lists take variables too, keys do not`() {
        let text = Reading.app + "queue: {capacity: \"${N}\"}\nclients: {a: {key: [\"${K}\"]}}"
        let read = Reading.read(text, environment: ["N": "12", "K": "0123456789abcdef"])
        #expect(read.configuration?.queue.capacity == 12)
        #expect(read.configuration?.clients["a"]?.keys == ["0123456789abcdef"])
        let key = Reading.problems(Reading.app + "\"${K}\": {}", environment: ["K": "queue"])
        #expect(key.count == 1 && key[0].hasPrefix("3:1: …: unknown key"), "\(key)")
    }

    private let environment = [
        "A": "alpha", "EMPTY": "", "TRICKY": "a: #b ${A} $${A} \"'{}[]*&",
        "BIG": String(repeating: "x", count: VariableExpansion.limit / 2 + 1),
    ]
}
