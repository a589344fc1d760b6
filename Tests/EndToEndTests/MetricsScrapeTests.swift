import Foundation
import Testing

/// `GET /metrics`, judged by those who read it.
@Suite(.serialized)
struct MetricsScrapeTests {
    private static let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    @Test func `promtool takes the scrape without a warning, plain and packed`() async throws {
        let traffic = try await MetricsTraffic.run()
        let folder = try TemporaryFolder()
        let plain = try await traffic.stage.weir.admin.get("/metrics")
        #expect(plain.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
        #expect(plain.header("content-encoding") == nil)
        let plainFile = try folder.write("plain", plain.text)
        let packed = try await traffic.stage.weir.admin.call("GET", "/metrics", headers: [("Accept-Encoding", "gzip")])
        #expect(packed.header("content-encoding") == "gzip")
        #expect(packed.body.count * 3 < plain.body.count)
        let packedFile = folder.path + "/packed"
        try Data(packed.body).write(to: URL(fileURLWithPath: packedFile))
        for command in [
            "promtool check metrics < \(plainFile)",
            "gzip -dc \(packedFile) > \(folder.path)/unpacked && promtool check metrics < \(folder.path)/unpacked",
        ] {
            let run = try await CommandRun.shell(command)
            #expect(run.status == 0)
            #expect(run.output + run.errors == "")
        }
        let unpacked = try String(contentsOfFile: folder.path + "/unpacked", encoding: .utf8)
        #expect(Set(names(unpacked)) == Set(names(plain.text)))
    }

    @Test func `OpenMetrics is taken by the strict parser`() async throws {
        let traffic = try await MetricsTraffic.run()
        let answer = try await traffic.stage.weir.admin.call("GET", "/metrics", headers: [("Accept", Self.openMetrics)])
        #expect(answer.header("content-type") == Self.openMetrics)
        #expect(answer.text.hasSuffix("\n# EOF\n"))
        let folder = try TemporaryFolder()
        let run = try await CommandRun.python("openmetrics.py", [try folder.write("scrape", answer.text)])
        #expect(run.status == 0, "\(run.errors)")
        let plain = try await traffic.stage.weir.admin.get("/metrics")
        #expect(run.output.split(separator: "\n").count == names(plain.text).count)
    }

    @Test(arguments: [
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5", "application/openmetrics-text"),
        ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.1", "text/plain"),
        ("*/*", "text/plain"), ("text/html", "text/plain"), ("", "text/plain"),
    ])
    func `the form is what the scraper prefers`(accept: String, type: String) async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.admin.call("GET", "/metrics", headers: [("Accept", accept)])
        #expect(answer.status == 200)
        #expect(answer.header("content-type")?.hasPrefix(type) == true)
        #expect(answer.header("vary")?.lowercased().contains("accept") == true)
    }

    @Test func `only the metrics asked for are given`() async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.admin.get("/metrics?name%5B%5D=weir_build_info&name[]=weir_queue_capacity")
        #expect(Set(names(answer.text)) == ["weir_build_info", "weir_queue_capacity"])
    }

    @Test func `neither labels nor logs hold an openid, a key, a token or a secret`() async throws {
        let traffic = try await MetricsTraffic.run()
        let scrape = try await traffic.stage.weir.admin.call("GET", "/metrics", headers: [("Accept", Self.openMetrics)])
            .text
        let state = try await traffic.stage.weir.admin.get("/v1/state").text
        let log = traffic.stage.weir.process.lines.joined(separator: "\n")
        let secrets = [
            "o-secret-user", "o-unfollowed", "o-refused", Stage.key(of: MetricsTraffic.client), SandboxProcess.secret,
            traffic.token,
            "weir1.", "foreign-token", "nobody's key", "coffee", "no/such/path",
        ]
        for secret in secrets {
            #expect(!scrape.contains(secret), "\(secret)")
            #expect(!state.contains(secret), "\(secret)")
            #expect(!log.contains(secret), "\(secret)")
        }
        #expect(scrape.contains(#"weir_http_requests_total{route="other",method="other",status="404"}"#))
    }

    @Test func `scrapes in a crowd stand in no call's way, and whoever is told to come back gets one`() async throws {
        let stage = try await Stage.start()
        let token = try await stage.weir.token()
        let target = "/cgi-bin/message/template/send?access_token=\(token)"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let answer = try await stage.weir.api.post(target, Message.templateBody(to: "o-\(number)"))
                    #expect(answer.errcode == 0)
                }
            }
            for number in 0..<60 {
                group.addTask {
                    let headers = number % 2 == 0 ? [(name: "Accept-Encoding", value: "gzip")] : []
                    let part = "/metrics?name[]=n\(number % 5)"
                    let answer = try await stage.weir.admin.call("GET", part, headers: headers)
                    // Beyond a few different scrapes at once the rest is told to come back.
                    #expect([200, 503].contains(answer.status))
                    try await eventually("a whole scrape") {
                        try await stage.weir.admin.call("GET", "/metrics", headers: headers).status == 200
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func names(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.compactMap {
            $0.split(separator: " ").dropFirst(2).first
        }
    }
}
