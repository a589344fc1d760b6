/// An OTLP receiver built on OpenTelemetry's own messages.
final class TraceCollector: Sendable {
    let process: ChildProcess
    let http: HTTPEndpoint

    private init(process: ChildProcess, port: Int) {
        self.process = process
        http = HTTPEndpoint(port: port)
    }

    /// - Parameter answers: HTTP statuses that the first exports are answered with.
    static func start(answers: [Int] = []) async throws -> TraceCollector {
        let process = try Python.start("otlp_receiver.py", answers.map(String.init))
        let port = try await eventually("the collector listens") { () -> Int? in
            if let status = process.status {
                throw NeverHappened(description: "it ended with \(status): \(process.lines.joined(separator: "\n"))")
            }
            return process.output.first.flatMap { Int($0) }
        }
        return TraceCollector(process: process, port: port)
    }

    /// The section of a gateway's configuration that sends its spans here.
    ///
    /// - Parameter members: further ones, each with its comma in front.
    func section(ratio: String = "1", members: String = "") -> String {
        "tracing: {endpoint: \"http://127.0.0.1:\(http.port)\", ratio: \(ratio)\(members)}"
    }

    /// All spans that have arrived.
    func spans() async throws -> [TraceSpan] {
        (try await http.get("/spans").json?["spans"]?.array ?? []).compactMap(TraceSpan.init)
    }

    /// The spans of a trace that have arrived.
    func spans(of trace: String) async throws -> [TraceSpan] {
        try await spans().filter { $0.trace == trace }
    }

    /// What in the spans that have arrived is against OpenTelemetry's conventions.
    func problems() async throws -> [String] {
        (try await http.get("/spans").json?["problems"]?.array ?? []).compactMap(\.string)
    }

    /// The requests that brought the spans, as their heads have them.
    func requests() async throws -> [JSONAny] {
        try await http.get("/spans").json?["requests"]?.array ?? []
    }

    /// Waits for the first span that has this name and kind.
    func first(_ name: String, _ kind: TraceSpan.Kind) async throws -> TraceSpan {
        try await eventually("the collector has \(name)") {
            try await spans().first { $0.name == name && $0.kind == kind }
        }
    }

    /// Waits until a trace has this many spans of each name.
    func wait(for trace: String, _ counts: [String: Int]) async throws -> [TraceSpan] {
        try await eventually("trace \(trace) has \(counts)") {
            let spans = try await spans(of: trace)
            let found = spans.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
            return found == counts ? spans : nil
        }
    }
}
