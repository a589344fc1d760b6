import Testing

@testable import OTLPTracing

@Suite struct OTLPEnvironmentTests {
    @Test func `Nothing of OpenTelemetry's changes nothing`() {
        let environment = OTLPEnvironment(["PATH": "/bin", "OTEL_SERVICE_NAME": "", "OTEL_SDK_DISABLED": "false"])
        #expect(environment.endpoint == nil && !environment.isDisabled && environment.problems == [])
        var configuration = OTLPConfiguration()
        configuration.take(environment)
        #expect(configuration == OTLPConfiguration())
    }

    @Test(arguments: [
        (["ENDPOINT": "http://c:4318"], "http://c:4318/v1/traces"),
        (["ENDPOINT": "https://c/base/"], "https://c/base/v1/traces"),
        (["TRACES_ENDPOINT": "http://c:4318"], "http://c:4318/"),
        (["TRACES_ENDPOINT": "http://c/any/way/"], "http://c/any/way/"),
        (["TRACES_ENDPOINT": "http://a/b", "ENDPOINT": "http://c"], "http://a/b"),
        (["ENDPOINT": "HTTP://[::1]:4318"], "HTTP://[::1]:4318/v1/traces"),
    ])
    func `The address for traces is taken as it is, that for all signals gets a path`(
        _ variables: [String: String],
        _ address: String
    ) {
        var configuration = OTLPConfiguration()
        configuration.take(environment(variables))
        #expect(configuration.url == address)
    }

    @Test(arguments: [
        "c:4318", "ftp://c", "http://", "http://:1", "http://u:5up3r@c", "http://c?k=5up3r", "http://c/é",
    ])
    func `What is no address is told of and not shown`(_ text: String) {
        let environment = environment(["ENDPOINT": text])
        #expect(environment.endpoint == nil)
        #expect(environment.problems.count == 1)
        #expect(
            environment.problems.allSatisfy { $0.hasPrefix("OTEL_EXPORTER_OTLP_ENDPOINT: ") && !$0.contains("5up3r") }
        )
    }

    @Test func `Headers are read as baggage is written, and those for traces go before`() {
        let general = environment(["HEADERS": "X-Key=a%20b, authorization = Bearer%20c"])
        #expect(general.headers == ["x-key": "a b", "authorization": "Bearer c"])
        let own = environment(["TRACES_HEADERS": "a=1", "HEADERS": "b=2"])
        #expect(own.headers == ["a": "1"])
    }

    @Test(arguments: ["a", "=5up3r", "a b=5up3r", "a=5up3r%0d%0ab", "a=5up3r%", "a=5up3r%zz", "a=%FF5up3r"])
    func `A header that can't be sent is left out, and its value not shown`(_ text: String) {
        let environment = environment(["HEADERS": "\(text),good=1"])
        #expect(environment.headers == ["good": "1"])
        #expect(environment.problems.count == 1)
        #expect(!environment.problems.joined().contains("5up3r"))
    }

    @Test func `Pairs are bounded`() {
        let text = (0..<40).map { "k\($0)=v" }.joined(separator: ",")
        let environment = OTLPEnvironment(["OTEL_RESOURCE_ATTRIBUTES": text])
        #expect(environment.resource.count == OTLPEnvironment.pairLimit)
        #expect(environment.problems.count == 1)
        let long = String(repeating: "v", count: OTLPEnvironment.valueLimit + 1)
        #expect(OTLPEnvironment(["OTEL_RESOURCE_ATTRIBUTES": "k=\(long)"]).resource == [:])
    }

    @Test(arguments: [
        ("always_on", nil, 1.0, true), ("always_off", nil, 0.0, true), ("traceidratio", "0.25", 0.25, true),
        ("parentbased_always_on", nil, 1.0, false), ("parentbased_always_off", nil, 0.0, false),
        ("parentbased_traceidratio", "0.5", 0.5, false), ("parentbased_traceidratio", nil, 1.0, false),
        ("jaeger_remote", nil, nil, false), ("traceidratio", "2", 1.0, true),
    ])
    func `The sampler says how many, and whether it asks the parent`(
        _ name: String,
        _ argument: String?,
        _ ratio: Double?,
        _ ignoresCallersChoice: Bool
    ) {
        var variables = ["OTEL_TRACES_SAMPLER": name]
        variables["OTEL_TRACES_SAMPLER_ARG"] = argument
        let environment = OTLPEnvironment(variables)
        #expect(environment.ratio == ratio)
        #expect(environment.ignoresCallersChoice == ignoresCallersChoice)
        #expect(environment.problems.isEmpty == (ratio != nil && argument != "2"))
    }

    @Test func `The service's own variable goes before the attributes`() {
        let environment = OTLPEnvironment([
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=a,deployment.environment.name=sta%2Fging",
            "OTEL_SERVICE_NAME": "b",
        ])
        #expect(environment.resource == ["service.name": "b", "deployment.environment.name": "sta/ging"])
    }

    @Test(
        arguments: [
            (["TIMEOUT": "2500"], Duration.milliseconds(2500), nil), (["TIMEOUT": "0"], nil, nil),
            (["TIMEOUT": "9", "TRACES_TIMEOUT": "8"], .milliseconds(8), nil),
            (["COMPRESSION": "none"], nil, OTLPConfiguration.Compression.none), (["COMPRESSION": "gzip"], nil, .gzip),
            (["COMPRESSION": "zstd"], nil, nil),
        ] as [([String: String], Duration?, OTLPConfiguration.Compression?)]
    )
    func `Time and packing are read`(
        _ variables: [String: String],
        _ timeout: Duration?,
        _ compression: OTLPConfiguration.Compression?
    ) {
        let environment = environment(variables)
        #expect(environment.timeout == timeout)
        #expect(environment.compression == compression)
        #expect(environment.problems.isEmpty == (timeout != nil || compression != nil))
    }

    @Test(arguments: [
        ("OTEL_SDK_DISABLED", "true", true), ("OTEL_SDK_DISABLED", "TRUE", true), ("OTEL_SDK_DISABLED", "1", false),
        ("OTEL_TRACES_EXPORTER", "none", true), ("OTEL_TRACES_EXPORTER", "otlp", false),
        ("OTEL_TRACES_EXPORTER", "zipkin", false),
    ])
    func `A switch turns all of it off`(_ name: String, _ value: String, _ isDisabled: Bool) {
        #expect(OTLPEnvironment([name: value]).isDisabled == isDisabled)
    }

    private func environment(_ variables: [String: String]) -> OTLPEnvironment {
        OTLPEnvironment(Dictionary(uniqueKeysWithValues: variables.map { ("OTEL_EXPORTER_OTLP_\($0.key)", $0.value) }))
    }
}
