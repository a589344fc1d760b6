import Foundation
import Testing

/// What `prometheus/monitoring.py` writes for a monitoring that is there already.
struct MonitoringFilesTests {
    private static let script = Binary.packageRoot + "/prometheus/monitoring.py"

    private static func write(_ arguments: [String], to folder: TemporaryFolder) async throws -> CommandRun {
        try await CommandRun(Python.interpreter(), [script, "--to", folder.path + "/out"] + arguments)
    }

    private static func files(_ folder: TemporaryFolder, _ part: String) throws -> [(name: String, text: String)] {
        let path = "\(folder.path)/out/\(part)"
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
            (name, try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8))
        }
    }

    @Test(arguments: ["weir", "im-weir"])
    func `the objects have their API's shape, and all of the shipped rules, which promtool reads`(_ job: String)
        async throws
    {
        let folder = try TemporaryFolder()
        let written = try await Self.write(["--job", job], to: folder)
        #expect(written.status == 0, "\(written.errors)")
        let held = try await CommandRun.python("monitoring.py", [folder.path + "/out", job])
        #expect(held.status == 0, "\(held.errors)")
        for part in ["rules", "extracted"] {
            let checked = try await CommandRun.shell("promtool check rules \(folder.path)/out/\(part)/*")
            #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        }
        let rules = try Self.files(folder, "rules")
        #expect(rules.contains { $0.text.contains("job=\"\(job)\"") })
        #expect(job == "weir" || !rules.contains { $0.text.contains("job=\"weir\"") })
    }

    @Test func `labels, runbooks and clusters are put where they belong, and what is written again leaves nothing old`()
        async throws
    {
        let folder = try TemporaryFolder()
        #expect(try await Self.write([], to: folder).status == 0)
        let before = try Self.files(folder, "kubernetes").map(\.name)
        let settings = [
            "--job", "weir-(eu|cn)", "--rule-label", "team=im", "--runbooks", "https://wiki.example/weir",
            "--object-label", "release=prometheus", "--cluster", "cn",
        ]
        #expect(try await Self.write(settings, to: folder).status == 0)
        // No scrape can be written for several jobs.
        let files = try Self.files(folder, "kubernetes")
        #expect(Set(before).subtracting(files.map(\.name)) == ["servicemonitor.yaml"])
        for (name, text) in files where name.hasPrefix("rules-alerts") {
            let alerts = text.components(separatedBy: "- alert: ").count - 1
            #expect(alerts > 0 && text.components(separatedBy: " team: im\n").count - 1 == alerts, "\(name)")
            #expect(text.contains("https://wiki.example/weir/") && !text.contains("github.com"), "\(name)")
            #expect(text.contains("release: prometheus"), "\(name)")
        }
        #expect(files.contains { $0.text.contains("job=~\"weir-(eu|cn)\"") })
        #expect(!files.contains { $0.name.hasPrefix("dashboard") && $0.text.contains("github.com/weir") })
    }

    @Test(arguments: [
        (["--job", "a\"b"], "--job"), (["--job", ""], "--job"), (["--rule-label", "team"], "NAME=VALUE"),
        (["--rule-label", "severity=low"], "severity is a label of the alerts' own"),
        (["--rule-label", "my-team=x"], "NAME=VALUE"), (["--namespace", "My Space"], "--namespace"),
        (["--namspace", "x"], "unrecognized"),
    ])
    func `settings that can't be are refused, and nothing is written`(_ arguments: [String], _ words: String)
        async throws
    {
        let folder = try TemporaryFolder()
        let run = try await Self.write(arguments, to: folder)
        #expect(run.status == 2 && run.errors.contains(words), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    }

    /// Rules by name, as Prometheus has them.
    private static func rules(_ prometheus: HTTPEndpoint) async throws -> [String: JSONAny] {
        let groups = try await prometheus.get("/api/v1/rules").json?["data"]?["groups"]?.array ?? []
        return groups.flatMap { $0["rules"]?.array ?? [] }.reduce(into: [:]) { $0[$1["name"]?.string ?? ""] = $1 }
    }

    @Test(arguments: [("im-weir", "inactive"), ("weir", "pending")])
    func `a Prometheus that scrapes under another name misses Weir unless the rules were told`(
        _ told: String,
        _ absence: String
    ) async throws {
        let stage = try await Stage.start()
        let folder = try TemporaryFolder()
        #expect(try await Self.write(["--job", told], to: folder).status == 0)
        for (name, text) in try Self.files(folder, "rules") {
            let quick = text.split(separator: "\n").filter { !$0.contains(" interval: ") }.joined(separator: "\n")
            try folder.write("out/rules/\(name)", quick)
        }
        let file = try folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: ["out/rules/*.yml"]
            scrape_configs:
              - job_name: im-weir
                static_configs: [{targets: ["127.0.0.1:\(stage.weir.admin.port)"]}]
            """
        )
        let process = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus", "--config.file=\(file)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:0",
            ]
        )
        let port = try await eventually("Prometheus listens") {
            process.lines.first { $0.contains("\"Listening on\"") }?.split(separator: ":").last.flatMap { Int($0) }
        }
        let prometheus = HTTPEndpoint(port: port)
        try await eventually("it scrapes Weir") {
            let answer = try await prometheus.get("/api/v1/query?query=weir_build_info")
            return answer.json?["data"]?["result"]?.array.isEmpty == false
        }
        try await eventually("the absence of Weir is \(absence)") {
            try await Self.rules(prometheus)["WeirAbsent"]?["state"]?.string == absence
        }
        try await eventually("every rule was worked out") {
            try await Self.rules(prometheus).values.allSatisfy { $0["health"]?.string == "ok" }
        }
        #expect(try await Self.rules(prometheus).count > 60)
    }
}
