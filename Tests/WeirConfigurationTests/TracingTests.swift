import Resilience
import Testing
import Weir
import WeirConfiguration

@Suite struct TracingTests {
    @Test func `without the section there are no traces`() throws {
        let tracing = try read("").tracing
        #expect(tracing == TracingConfiguration())
        #expect(tracing.endpoint == nil)
        #expect(try read("tracing:").tracing == tracing)
    }

    @Test func `the whole section is read`() throws {
        let text = """
            tracing:
              endpoint: https://otel.internal:4318/base
              headers: {X-Api-Key: "${KEY}", authorization: Bearer a b}
              ratio: 0.25
              compression: none
              failures: 600/h
              resource: {deployment.environment.name: staging, service.namespace: "${KEY}"}
            """
        var expected = TracingConfiguration()
        expected.endpoint = "https://otel.internal:4318/base"
        expected.headers = ["x-api-key": "k: #1", "authorization": "Bearer a b"]
        expected.ratio = 0.25
        expected.compression = TracingConfiguration.Compression.none
        expected.failures = RateLimit(permits: 600, per: .seconds(3600), burst: 10)
        expected.resource = ["deployment.environment.name": "staging", "service.namespace": "k: #1"]
        #expect(try read(text, environment: ["KEY": "k: #1"]).tracing == expected)
    }

    @Test(
        arguments: [
            ("none", nil), ("60/m", 60), ("1/d", 1), ("1000/s", 600), ("120/h", 2),
        ] as [(String, Int?)]
    )
    func `a minute's worth of failures may go at once`(_ text: String, _ burst: Int?) throws {
        #expect(try read("tracing: {failures: \(text)}").tracing.failures?.burst == burst)
    }

    @Test(arguments: [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318"), ("http://collector:4318/", "http://collector:4318"),
        ("HTTP://Collector", "http://collector"), ("https://[::1]:4318/a/b/", "https://[::1]:4318/a/b"),
        ("http://10.1.2.3/otlp/v1/traces", "http://10.1.2.3/otlp/v1/traces"),
    ])
    func `any host may be the collector`(_ text: String, _ endpoint: String) throws {
        #expect(try read("tracing: {endpoint: \"\(text)\"}").tracing.endpoint == endpoint)
    }

    @Test(arguments: [
        "collector:4318", "grpc://collector:4317", "http://", "http://:4318", "http://collector:0",
        "http://collector:99999",
        "http://user:5up3r@collector:4318", "http://collector:4318?key=5up3r", "http://collector/v1?key=5up3r",
        "http://collector/a b", "http://collector/#a", "http://collector/user@5up3r", "http://collector/é",
    ])
    func `what is no collector's address is refused and not shown`(_ text: String) {
        let problems = Reading.problems(Reading.app + "tracing: {endpoint: \"\(text)\"}")
        #expect(problems.count == 1)
        #expect(
            problems.first?.hasPrefix("3:21: tracing.endpoint: not the address of a collector") == true,
            "\(problems)"
        )
        #expect(problems.first?.contains("5up3r") == false)
    }

    @Test func `a path is bounded`() throws {
        let path = "/" + String(repeating: "a", count: 255)
        #expect(try read("tracing: {endpoint: \"http://c\(path)\"}").tracing.endpoint == "http://c\(path)")
        #expect(Reading.problems(Reading.app + "tracing: {endpoint: \"http://c\(path)a\"}").count == 1)
    }

    @Test(arguments: [
        ("tracing: {ratio: 1.1}", "3:18: tracing.ratio: `1.1` is not between 0.0 and 1.0"),
        ("tracing: {ratio: -1}", "3:18: tracing.ratio: `-1` is not a decimal number"),
        ("tracing: {ration: 1}", "3:11: tracing.ration: unknown key; did you mean `ratio`?"),
        ("tracing: {failures: 0/m}", "3:21: tracing.failures: `0/m` would let nothing through"),
        ("tracing: {compression: zstd}", "3:24: tracing.compression: `zstd` is none of gzip, none"),
        ("tracing: {resource: [a]}", "3:21: tracing.resource: expected a mapping"),
        ("tracing: {resource: {\"a b\": c}}", "3:22: tracing.resource: `a…` is no attribute's name"),
        ("tracing: {resource: {a: [b]}}", "3:25: tracing.resource.a: expected a single value"),
        ("tracing: [a]", "3:10: tracing: expected a mapping"),
        ("tracing: {headers: [a]}", "3:20: tracing.headers: expected a mapping"),
        ("tracing: {headers: {a: [b]}}", "3:24: tracing.headers.a: expected a single value"),
        ("tracing: {headers: {Host: a}}", "3:21: tracing.headers: the header `Host` can't be set"),
        ("tracing: {headers: {content-type: a}}", "3:21: tracing.headers: the header `content-type` can't be set"),
        ("tracing: {headers: {\"a b\": c}}", "3:21: tracing.headers: a header of that name can't be set"),
        ("tracing: {headers: {\"a\\r\\nb\": c}}", "3:21: tracing.headers: a header of that name can't be set"),
        ("tracing: {headers: {A: b, a: c}}", "3:27: tracing.headers: the header `a` stands there twice"),
        ("tracing: {headers: {a: \"b\\r\\nc: d\"}}", "3:24: tracing.headers.a: a header's value holds only visible"),
        ("tracing: {headers: {a: \" b\"}}", "3:24: tracing.headers.a: a header's value holds only visible"),
        ("tracing: {headers: {a: é}}", "3:24: tracing.headers.a: a header's value holds only visible"),
        ("tracing: {headers: {a: \"\"}}", "3:24: tracing.headers.a: is empty"),
    ])
    func `a wrong value is named with its place`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test func `headers are bounded`() throws {
        func text(_ count: Int) -> String {
            "tracing: {headers: {\((0..<count).map { "h\($0): v" }.joined(separator: ", "))}}"
        }
        #expect(try read(text(16)).tracing.headers.count == 16)
        let problems = Reading.problems(Reading.app + text(17))
        #expect(problems == ["3:20: tracing.headers: has 17 headers; at most 16 are allowed"])
        let long = String(repeating: "a", count: 4096)
        #expect(try read("tracing: {headers: {a: \(long)}}").tracing.headers == ["a": long])
        #expect(Reading.problems(Reading.app + "tracing: {headers: {a: \(long)a}}").count == 1)
        let name = String(repeating: "n", count: 64)
        #expect(try read("tracing: {headers: {\(name): a}}").tracing.headers == [name: "a"])
        #expect(Reading.problems(Reading.app + "tracing: {headers: {\(name)n: a}}").count == 1)
    }

    @Test func `attributes of the resource are bounded`() throws {
        func text(_ count: Int) -> String {
            "tracing: {resource: {\((0..<count).map { "a\($0): v" }.joined(separator: ", "))}}"
        }
        #expect(try read(text(32)).tracing.resource.count == 32)
        let problems = Reading.problems(Reading.app + text(33))
        #expect(problems == ["3:21: tracing.resource: has 33 attributes; at most 32 are allowed"])
        let long = String(repeating: "v", count: 256)
        #expect(try read("tracing: {resource: {a: \(long)}}").tracing.resource == ["a": long])
        #expect(Reading.problems(Reading.app + "tracing: {resource: {a: \(long)v}}").count == 1)
    }

    @Test func `each change needs a restart and shows no header's value`() throws {
        let old = try read("tracing: {headers: {a: 5up3r1, b: 5up3r2}}")
        let new = try read("tracing: {endpoint: \"http://c:4318\", headers: {a: 5up3r3, c: 5up3r4}, ratio: 1}")
        let changes = ConfigurationChanges(from: old, to: new)
        #expect(
            changes.all.map(\.description) == [
                "tracing.endpoint: none → http://c:4318 (after a restart)",
                "tracing.headers.a: changed (after a restart)",
                "tracing.headers.b: (secret) removed (after a restart)",
                "tracing.headers.c: set to (secret) (after a restart)",
                "tracing.ratio: 0.01 → 1.0 (after a restart)",
            ]
        )
        #expect(!new.redactedLines.contains { $0.contains("5up3r") })
        #expect(new.redactedLines.contains("tracing.headers.a: (secret)"))
    }

    @Test(arguments: [
        "tracing: {headers: {a: \"5up3r\\n\"}}", "tracing: {headers: {host: 5up3r}}", "tracing: {headers: 5up3r}",
        "tracing: {headers: {a: {5up3r: b}}}", "tracing: {headers: {a: \"${S}\\n\"}}", "tracing: {ratio: \"${S}\"}",
        "tracing: {endpoint: \"http://${S}@c\"}", "tracing:\n  headers:\n    a:5up3r\n",
        "tracing: {endpoint: \"${S}\"}",
    ])
    func `no problem prints a secret`(_ text: String) {
        let problems = Reading.read(Reading.app + text, environment: ["S": "5up3r"]).problems
        #expect(!problems.isEmpty)
        for problem in problems { #expect(!problem.description.contains("5up3r"), "\(problem)") }
    }

    private func read(_ text: String, environment: [String: String] = [:]) throws -> GatewayConfiguration {
        let result = Reading.read(Reading.app + text, environment: environment)
        return try #require(result.configuration, "\(result.problems)")
    }
}
