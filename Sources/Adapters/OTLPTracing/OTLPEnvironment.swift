internal import Addressing

/// What OpenTelemetry's environment variables say of the export of traces
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
///
/// A value that can't be used is left out and told of in ``problems``, as the standard asks: it never stops a program.
public struct OTLPEnvironment: Equatable, Sendable {
    /// `OTEL_SDK_DISABLED`, or `OTEL_TRACES_EXPORTER` is `none`: no traces at all.
    public private(set) var isDisabled = false
    /// Where spans go: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` as it is, else `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces`.
    public private(set) var endpoint: String?
    /// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, else `OTEL_EXPORTER_OTLP_HEADERS`; names in lower case, values secret.
    public private(set) var headers: [String: String] = [:]
    /// `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, else `OTEL_EXPORTER_OTLP_TIMEOUT`: of one request.
    public private(set) var timeout: Duration?
    /// `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, else `OTEL_EXPORTER_OTLP_COMPRESSION`.
    public private(set) var compression: OTLPConfiguration.Compression?
    /// Of `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`: the share of traces.
    public private(set) var ratio: Double?
    /// Whether the sampler is one that does not ask the parent.
    public private(set) var ignoresCallersChoice = false
    /// `OTEL_RESOURCE_ATTRIBUTES`, with `OTEL_SERVICE_NAME` as `service.name`.
    public private(set) var resource: [String: String] = [:]
    /// One line for people for each variable that can't be used, without its value.
    public private(set) var problems: [String] = []

    /// Headers, and attributes of the resource, that are read of a variable.
    static let pairLimit = 32
    /// Bytes of one of their values.
    static let valueLimit = 4096

    private let variables: [String: String]

    /// - Parameter variables: the process's environment. An empty value counts as none.
    public init(_ variables: [String: String]) {
        self.variables = variables.filter { $0.key.hasPrefix("OTEL_") && !$0.value.isEmpty }
        readSwitches()
        readEndpoint()
        readExport()
        readSampler()
        readResource()
    }

    /// Once, however many items are wrong in the same way.
    private mutating func complain(_ problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    private func value(_ name: String) -> String? {
        variables[name]
    }

    /// The variable for traces, else that for all signals.
    private func export(_ name: String) -> (name: String, value: String)? {
        for name in ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"] {
            if let value = value(name) { return (name, value) }
        }
        return nil
    }

    private mutating func readSwitches() {
        isDisabled = value("OTEL_SDK_DISABLED")?.lowercased() == "true"
        switch value("OTEL_TRACES_EXPORTER") {
        case nil, "otlp": break
        case "none": isDisabled = true
        default: complain("OTEL_TRACES_EXPORTER: only otlp and none are known; otlp is used")
        }
        if let (name, value) = export("PROTOCOL"), value != "http/protobuf" {
            complain("\(name): only http/protobuf is spoken, and used")
        }
    }

    private mutating func readEndpoint() {
        let whole = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
        guard let (name, text) = export("ENDPOINT") else { return }
        guard let address = OTLPEnvironment.address(text) else {
            complain("\(name): not the address of a collector, http://host:port or https://host:port with a path")
            return
        }
        guard name != whole else {
            endpoint = address.path.isEmpty ? address.origin + "/" : address.origin + address.path
            return
        }
        var base = address.path
        while base.hasSuffix("/") { base.removeLast() }
        endpoint = address.origin + base + "/v1/traces"
    }

    /// Scheme and authority, and the path behind them. A user or password in it would be shown where the address is.
    private static func address(_ text: String) -> (origin: String, path: String)? {
        guard let scheme = text.firstRange(of: "://"), text.utf8.count <= 1024,
            ["http", "https"].contains(text[..<scheme.lowerBound].lowercased()),
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !"?#@\\\"<>^`{|}".utf8.contains($0) })
        else { return nil }
        let rest = text[scheme.upperBound...]
        let path = rest.firstIndex(of: "/") ?? rest.endIndex
        guard !rest[..<path].isEmpty, rest.first != ":" else { return nil }
        return (String(text[..<path]), String(text[path...]))
    }

    private mutating func readExport() {
        if let (name, text) = export("HEADERS") {
            for (key, value) in pairs(text, of: name) {
                let isPlain = value.utf8.allSatisfy { 0x20...0x7E ~= $0 }
                guard OTLPEnvironment.isToken(key), isPlain else {
                    complain("\(name): a header can't be sent, and is left out")
                    continue
                }
                headers[key.lowercased()] = value
            }
        }
        if let (name, text) = export("TIMEOUT") {
            if let milliseconds = Int64(text), 1...600_000 ~= milliseconds {
                timeout = .milliseconds(milliseconds)
            } else {
                complain("\(name): not a number of milliseconds from 1 to 600000")
            }
        }
        if let (name, text) = export("COMPRESSION") {
            compression = OTLPConfiguration.Compression(rawValue: text)
            if compression == nil { complain("\(name): only gzip and none are known") }
        }
    }

    private mutating func readSampler() {
        guard let sampler = value("OTEL_TRACES_SAMPLER") else { return }
        let parent = "parentbased_"
        let kind = sampler.hasPrefix(parent) ? String(sampler.dropFirst(parent.count)) : sampler
        switch kind {
        case "always_on": ratio = 1
        case "always_off": ratio = 0
        case "traceidratio": ratio = samplerRatio()
        default:
            complain("OTEL_TRACES_SAMPLER: none of always_on, always_off, traceidratio, each with parentbased_ or not")
            return
        }
        ignoresCallersChoice = !sampler.hasPrefix(parent)
    }

    /// The standard's own default is 1.
    private mutating func samplerRatio() -> Double {
        guard let text = value("OTEL_TRACES_SAMPLER_ARG") else { return 1 }
        if let ratio = Double(text), 0...1 ~= ratio { return ratio }
        complain("OTEL_TRACES_SAMPLER_ARG: not a number from 0 to 1; 1 is used")
        return 1
    }

    private mutating func readResource() {
        let name = "OTEL_RESOURCE_ATTRIBUTES"
        if let text = value(name) {
            resource = Dictionary(pairs(text, of: name)) { $1 }
        }
        if let service = value("OTEL_SERVICE_NAME") { resource["service.name"] = service }
    }

    /// `key=value,key=value`, the values percent-encoded, as W3C Baggage has it.
    private mutating func pairs(_ text: String, of name: String) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = OTLPEnvironment.trimmed(parts[0])
            guard parts.count == 2, !key.isEmpty, key.utf8.count <= 255,
                let value = PercentEncoding.decode(OTLPEnvironment.trimmed(parts[1])[...]),
                value.utf8.count <= OTLPEnvironment.valueLimit, pairs.count < OTLPEnvironment.pairLimit
            else {
                complain("\(name): an item is not key=value, too long, or one too many, and is left out")
                continue
            }
            pairs.append((key, value))
        }
        return pairs
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func isToken(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            "!#$%&'*+-.^_`|~".utf8.contains(byte) || 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
        }
    }
}

extension OTLPConfiguration {
    /// Takes over what the environment says. What a file says is to be set afterwards: it goes before.
    public mutating func take(_ environment: OTLPEnvironment) {
        if let endpoint = environment.endpoint {
            self.endpoint = endpoint
            isWholeAddress = true
        }
        headers = environment.headers
        requestTimeout = environment.timeout ?? requestTimeout
        compression = environment.compression ?? compression
        ratio = environment.ratio ?? ratio
        ignoresCallersChoice = environment.ignoresCallersChoice
        resource = environment.resource
    }
}
