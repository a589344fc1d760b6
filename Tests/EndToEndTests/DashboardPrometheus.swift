import Foundation

/// A Prometheus that scrapes a gateway each second, with the recording rules and the alerts of this repository worked out each second.
final class DashboardPrometheus: Sendable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    private let api: HTTPEndpoint
    private let begin = Date()

    private init(process: ChildProcess, folder: TemporaryFolder, port: Int) {
        self.process = process
        self.folder = folder
        api = HTTPEndpoint(port: port)
    }

    static func start(scraping port: Int) async throws -> DashboardPrometheus {
        let folder = try TemporaryFolder()
        for source in ["prometheus/rules", "alerts"] {
            let path = Binary.packageRoot + "/" + source
            for file in try FileManager.default.contentsOfDirectory(atPath: path) where file.hasSuffix(".yml") {
                let text = try String(contentsOfFile: path + "/" + file, encoding: .utf8)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap {
                    line -> String? in
                    let word = line.drop { $0 == " " }
                    // An alert that would fire some time from now fires at once.
                    if word.hasPrefix("for:") { return nil }
                    return word.hasPrefix("interval:") ? line.prefix { $0 == " " } + "interval: 1s" : String(line)
                }
                try folder.write(
                    "rules-" + source.replacing("/", with: "-") + "-" + file,
                    lines.joined(separator: "\n")
                )
            }
        }
        let file = try folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: ["rules-*.yml"]
            scrape_configs:
              - job_name: weir
                static_configs: [{targets: ["127.0.0.1:\(port)"]}]
            """
        )
        let process = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus", "--config.file=\(file)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:0",
            ]
        )
        let listening = try await eventually("Prometheus listens") {
            process.lines.first { $0.contains("\"Listening on\"") }?.split(separator: ":").last.flatMap { Int($0) }
        }
        let prometheus = DashboardPrometheus(process: process, folder: folder, port: listening)
        try await eventually("Prometheus is ready") { try await prometheus.api.get("/-/ready").status == 200 }
        return prometheus
    }

    /// Whether a query finds a sample that is a number, as its panel asks it. Throws where Prometheus can't read it.
    func hasData(_ expression: String, isInstant: Bool) async throws -> Bool {
        let now = Date().timeIntervalSince1970
        let target =
            isInstant
            ? "/api/v1/query?query=\(escaped(expression))"
            : "/api/v1/query_range?query=\(escaped(expression))&start=\(begin.timeIntervalSince1970)&end=\(now)&step=1"
        let series = try await result(target)["result"]?.array ?? []
        return series.contains { one in
            let samples = one["values"]?.array ?? [one["value"] ?? .null]
            return samples.contains { $0.array.last?.string.flatMap(Double.init)?.isNaN == false }
        }
    }

    /// The first value of a query.
    func value(_ expression: String) async throws -> Double? {
        let series = try await result("/api/v1/query?query=\(escaped(expression))")["result"]?.array
        return series?.first?["value"]?.array.last?.string.flatMap(Double.init)
    }

    /// What Grafana's `label_values(SELECTOR, LABEL)` finds.
    func labelValues(_ query: String) async throws -> [String] {
        guard query.hasPrefix("label_values("), query.hasSuffix(")"), let comma = query.lastIndex(of: ",") else {
            throw NeverHappened(description: "\(query) is no label_values(…)")
        }
        let selector = String(query[..<comma].dropFirst("label_values(".count))
        let label = query[query.index(after: comma)...].dropLast().trimmingCharacters(in: .whitespaces)
        return try await strings("/api/v1/label/\(label)/values?match[]=\(escaped(selector))")
    }

    /// Every metric there is, recorded ones too.
    func names() async throws -> Set<String> {
        Set(try await strings("/api/v1/label/__name__/values"))
    }

    private func strings(_ target: String) async throws -> [String] {
        guard case .array(let values) = try await result(target) else { return [] }
        return values.compactMap(\.string)
    }

    private func result(_ target: String) async throws -> JSONAny {
        let answer = try await api.get(target)
        guard answer.status == 200, let data = answer.json?["data"] else {
            throw NeverHappened(description: "\(target): \(answer.text)")
        }
        return data
    }

    private func escaped(_ query: String) -> String {
        query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
    }
}
