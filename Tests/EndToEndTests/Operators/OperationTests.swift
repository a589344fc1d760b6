import Foundation
import Testing

/// Bulk redrives and cancels through the built binary.
@Suite struct OperationTests {
    private static let template = "/cgi-bin/message/template/send"
    private static let dead = 1_000

    private static func start(_ settings: inout WeirSettings) {
        settings.sections = """
            breaker: {minimum_calls: 1000000, consecutive_failures: 1000000}
            retry:
              once: {attempts: 1, ladder: [], max_age: 1m}
            """
    }

    /// Hands so many messages over, each of which WeChat answers with this errcode, and returns when all have ended.
    private static func end(_ count: Int, badly errcode: Int, prefix: String, _ stage: Stage, _ weir: WeirProcess)
        async throws
    {
        try await stage.sandbox.fault("\"kind\":\"errcode\",\"errcode\":\(errcode),\"api\":\"\(template)\"")
        for start in stride(from: 0, to: count, by: 500) {
            let items = (start..<min(start + 500, count)).map {
                Message.template(to: "\(prefix)-\($0)", members: #","retry_class":"once""#).json
            }
            let answer = try await weir.api.post("/v1/messages:batch", "[\(items.joined(separator: ","))]")
            let codes = answer.data?["results"]?.array.compactMap { $0["code"]?.int } ?? []
            #expect(codes == Array(repeating: 202, count: items.count))
        }
        try await eventually("all have ended") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        try await stage.sandbox.endFaults()
    }

    private static func operation(_ id: String, _ weir: WeirProcess) async throws -> JSONAny? {
        try await weir.admin.get("/v1/operations/\(id)").data
    }

    @Test
    func `a thousand dead letters at a rate, with a kill in the middle, are each shown once, as the dry run said`()
        async throws
    {
        let stage = try await Stage.start(Self.start)
        var weir = stage.weir
        try await Self.end(Self.dead, badly: -1, prefix: "o", stage, weir)
        // Others, which the filter leaves alone.
        try await Self.end(20, badly: 40037, prefix: "p", stage, weir)
        #expect(try await stage.sandbox.shown().isEmpty)

        let filter = #""filter":{"app":"main","type":"template","errcode":-1},"rate":"200/s""#
        let dry = try await eventually("WeChat has told what the day has") { () -> Answer? in
            let dry = try await weir.admin.post("/v1/redrive", "{\(filter),\"dry_run\":true}")
            return dry.status == 200 && dry.data?["quota_left"] == nil ? nil : dry
        }
        #expect(dry.status == 200 && dry.data?["id"] == nil)
        #expect(dry.data?["matched"]?.int == Self.dead && dry.data?["unfit"]?.int == 0)
        #expect(dry.data?["quota_needed"]?.int == Self.dead && dry.data?["quota_left"]?.int ?? 0 > Self.dead)
        #expect(try await weir.admin.get("/v1/operations").data?["operations"]?.array.isEmpty == true)

        let began = Date()
        let answer = try await weir.admin.post("/v1/redrive", "{\(filter),\"reason\":\"WeChat is well again\"}")
        #expect(answer.status == 202)
        let id = try #require(answer.data?["id"]?.string)
        for name in ["matched", "unfit", "quota_needed"] {
            #expect(answer.data?[name]?.int == dry.data?[name]?.int, "\(name)")
        }
        try await eventually("it is half way") {
            try await Self.operation(id, weir)?["done"]?.int ?? 0 >= Self.dead / 2
        }
        try await weir.crash()
        weir = try await WeirProcess.start(stage.settings)
        let after = try await Self.operation(id, weir)
        #expect(after?["state"]?.string == "running" && after?["done"]?.int ?? 0 >= Self.dead / 2)
        let over = try await eventually("it is done") {
            let operation = try await Self.operation(id, weir)
            return operation?["state"]?.string == "done" ? operation : nil
        }
        // Never faster than the rate, but for the burst of each process.
        #expect(Date().timeIntervalSince(began) >= Double(Self.dead - 40) / 200)
        #expect(over["done"]?.int == Self.dead && over["skipped"]?.int == 0 && over["matched"]?.int == Self.dead)
        try await eventually("nothing waits") { try await weir.metrics().sum("weir_queue_depth") == 0 }

        let shown = try await stage.sandbox.shown()
        #expect(shown.count == Self.dead && shown.values.allSatisfy { $0 == 1 })
        #expect(shown.keys.allSatisfy { $0.hasPrefix("o-") })
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_operation_messages_left") == 0)
        #expect(metrics.sum("weir_operation_messages_total", "kind=\"redrive\"", "result=\"done\"") > 0)
        // Once more there is nothing to do.
        let again = try await weir.admin.post("/v1/redrive", "{\(filter),\"dry_run\":true}")
        #expect(again.data?["matched"]?.int == 0)
        let left = try await weir.admin.post(
            "/v1/redrive",
            #"{"filter":{"state":"failed","errcode":40037},"dry_run":true}"#
        )
        #expect(left.data?["matched"]?.int == 20)
    }

    @Test func `from a shell: dry run, begin, pause over a restart, resume, stop, and the trail of it`() async throws {
        var stage = try await Stage.start { settings in
            Self.start(&settings)
            settings.sections +=
                "\nadmin: {keys: {alice: {key: key-of-alice-0123456789, role: act}, eve: {key: key-of-eve-0123456789}}}"
        }
        func run(_ arguments: String..., key: String = "key-of-alice-0123456789") async throws -> CommandRun {
            let admin = ["WEIR_ADMIN_URL": "http://127.0.0.1:\(stage.weir.admin.port)", "WEIR_ADMIN_KEY": key]
            return try await CommandRun.weir(arguments, environment: admin)
        }
        try await Self.end(30, badly: -1, prefix: "o", stage, stage.weir)
        let dry = try await run("redrive", "--errcode=-1", "--dry-run")
        #expect(
            dry.status == 0 && dry.output.contains("nothing was changed") && dry.output.contains("matched: 30"),
            "\(dry)"
        )
        let begun = try await run("redrive", "--errcode=-1", "--rate", "1/h", "--reason", "slowly")
        #expect(begun.status == 0 && begun.output.contains("who: alice"), "\(begun)")
        let id = try #require(begun.output.split(separator: " ").dropFirst().first.map(String.init))
        #expect(try await run("operations", id, "pause", "--reason", "too slow").output.contains("paused"))
        try await stage.weir.crash()
        stage = Stage(
            settings: stage.settings,
            sandbox: stage.sandbox,
            weir: try await WeirProcess.start(stage.settings)
        )
        let paused = try await run("operations")
        #expect(paused.output.hasPrefix("\(id)  redrive  paused") && paused.output.contains("of 30"), "\(paused)")
        #expect(try await run("operations", id, "resume").output.contains("running"))
        #expect(try await run("operations", id, "stop").output.contains("stopped"))
        #expect(try await run("operations", id, "resume").status == 1)
        let refused = try await run("cancel", "--all", "--reason", "x", key: "key-of-eve-0123456789")
        #expect(refused.status == 1 && refused.errors.contains("role see; this needs act"), "\(refused)")
        let slip = try await run("cancel", "--reason", "x")
        #expect(slip.status == 1 && slip.errors.contains("filter.all must be true"), "\(slip)")
        let empty = try await run("cancel", "--text", "", "--reason", "x")
        #expect(empty.status == 64 && empty.errors.contains("--text is empty"), "\(empty)")

        let trail = try await run("audit", "--who", "alice")
        let actions = trail.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)[2]
        }
        let expected = [
            "cancel", "operation_resume", "operation_stop", "operation_resume", "operation_pause", "redrive",
            "redrive_dry_run",
        ]
        #expect(actions.map(String.init) == expected, "\(trail)")
        #expect(trail.output.contains("\(id)  202  slowly"))
        #expect(try await run("audit", "--who", "eve").output.contains("cancel  -  403  -"))
    }

    @Test func `a bulk cancel ends what waits, and nothing of it is sent`() async throws {
        let stage = try await Stage.start(Self.start)
        _ = try await stage.weir.admin.post("/v1/apps/main/pause")
        var ids: [String] = []
        for number in 0..<20 {
            let id = try await stage.weir.accept(
                .template(to: "o-\(number)", value: number % 2 == 0 ? "wrong \\u8ba2" : "right")
            )
            ids.append(id)
        }
        let body = #"{"filter":{"text":"wrong 订"},"rate":"1000/s","reason":"the wrong price"}"#
        let id = try #require(try await stage.weir.admin.post("/v1/cancel", body).data?["id"]?.string)
        try await eventually("it is done") { try await Self.operation(id, stage.weir)?["state"]?.string == "done" }
        _ = try await stage.weir.admin.post("/v1/apps/main/resume")
        try await eventually("nothing waits") { try await stage.weir.metrics().sum("weir_queue_depth") == 0 }
        #expect(try await Set(stage.sandbox.shown().keys) == Set((0..<20).filter { $0 % 2 == 1 }.map { "o-\($0)" }))
        let cancelled = try await stage.weir.status(ids[0])
        #expect(cancelled?["reason"]?.string == "cancelled by an operator: the wrong price")
    }
}
