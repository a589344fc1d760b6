import Testing

/// The messages of all clients from a shell, by `--admin`.
@Suite(.serialized)
struct OperatorCommandTests {
    private static let adminKey = "admin-key-0123456789abcdef"
    private static let clients = ["orders", "billing"]
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start { settings in
            settings.server = ", admin_key: \"\(Self.adminKey)\""
            settings.sections = """
                \(Stage.clients(["orders": "", "billing": ""]))retry:
                  once: {attempts: 1, ladder: [], max_age: 1m}
                """
        }
    }

    private var environment: [String: String] {
        ["WEIR_ADMIN_URL": "http://127.0.0.1:\(stage.weir.admin.port)", "WEIR_ADMIN_KEY": Self.adminKey]
    }

    private func run(_ arguments: String...) async throws -> CommandRun {
        try await CommandRun.weir(arguments + ["--admin"], environment: environment)
    }

    /// A line of the shell, with `weir` on its path.
    private func shell(_ line: String) async throws -> CommandRun {
        let program = try Binary.weir()
        return try await CommandRun(
            "/bin/bash",
            ["-c", "weir() { \"\(program)\" \"$@\"; }\n\(line)"],
            environment: environment
        )
    }

    /// A message that waits, of each client.
    private func sendWaiting(_ members: String = "") async throws -> [String: String] {
        let key = [(name: "Authorization", value: "Bearer \(Self.adminKey)")]
        _ = try await stage.weir.admin.call("POST", "/v1/apps/main/pause", headers: key)
        var ids: [String: String] = [:]
        for client in Self.clients {
            let message = Message.template(to: "o-\(client)", members: members)
            let answer = try await stage.weir.send(message, headers: Stage.authorization(of: client))
            ids[client] = try #require(answer.data?["id"]?.string)
        }
        return ids
    }

    @Test func `list tells whose each message is, and chooses one client's`() async throws {
        let ids = try await sendWaiting()
        let all = try await run("list")
        #expect(all.status == 0 && all.errors.isEmpty)
        let rows = all.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.map { $0[0] } == Self.clients.reversed().map { ids[$0] })
        #expect(rows.map { $0[6] } == Self.clients.reversed())
        #expect(rows.allSatisfy { $0[1] == "pending" && $0[7] == "paused" })
        let one = try await run("list", "--client", "orders")
        #expect(one.output.hasPrefix("\(ids["orders"] ?? "")  pending  main  template  normal  "))
        #expect(one.output.split(separator: "\n").count == 1)
    }

    @Test func `a shell reads rows alone from standard output, and how to go on elsewhere`() async throws {
        let ids = try await sendWaiting()
        let newest = try await shell(
            "id=$(weir list --admin --limit 1 | awk '{print $1}') && weir status --admin \"$id\""
        )
        #expect(newest.status == 0)
        #expect(newest.output.hasPrefix("\(ids["billing"] ?? "")  pending\n"))
        #expect(newest.output.contains("  client: billing\n"))
        #expect(newest.errors.hasPrefix("more: --cursor "))
        let next = newest.errors.split(separator: " ").last.map { $0.filter { !$0.isNewline } } ?? ""
        let rest = try await run("list", "--limit", "1", "--cursor", next)
        #expect(rest.output.hasPrefix(ids["orders"] ?? "?"))
        let nobody = try await shell("weir list --admin --client nobody | wc -l")
        #expect(nobody.output.contains("0") && nobody.errors == "no messages\n")
        let all = try await shell(
            "weir list --admin --state pending | awk '{print $1}' | xargs \(try Binary.weir()) cancel --admin"
        )
        #expect(all.status == 0 && all.output.split(separator: "\n").filter { $0.hasSuffix("  cancelled") }.count == 2)
    }

    @Test func `with --ndjson each message is JSON on a line, also where its metadata has line ends`() async throws {
        let ids = try await sendWaiting(",\"metadata\":{\n\"order\": \"1\",\r\n\"shop\":\"a\\nb\"}")
        let lines = try await run("list", "--ndjson").output.split(separator: "\n").map { JSONAny(String($0)) }
        #expect(lines.count == 2)
        for line in lines {
            #expect(line?["id"]?.string == ids[line?["client"]?.string ?? ""])
            #expect(line?["metadata"]?["shop"]?.string == "a\nb")
        }
        let page = try await run("list", "--json", "--limit", "1")
        #expect(JSONAny(page.output)?["data"]?["next"]?.string != nil && page.errors.isEmpty)
        #expect(try await run("list", "--json", "--ndjson").status != 0)
    }

    @Test func `explain, cancel and redrive take any client's message`() async throws {
        let ids = try await sendWaiting(",\"retry_class\":\"once\"")
        let (first, second) = (ids["orders"] ?? "", ids["billing"] ?? "")
        let explained = try await run("explain", first)
        #expect(explained.status == 0 && explained.output.hasPrefix("\(first)  pending\nclient: orders\n"))
        #expect(try await run("cancel", second).output.hasPrefix("\(second)  cancelled"))
        let mixed = try await run("cancel", second, first)
        #expect(mixed.status == 1 && mixed.output.hasPrefix("\(first)  cancelled"))
        #expect(mixed.errors.contains("it is cancelled") && mixed.errors.contains("\(second) was not cancelled"))

        try await stage.sandbox.fault(#""kind":"errcode","errcode":-1"#)
        let dead = try await sendWaiting(",\"retry_class\":\"once\"")
        let key = [(name: "Authorization", value: "Bearer \(Self.adminKey)")]
        _ = try await stage.weir.admin.call("POST", "/v1/apps/main/resume", headers: key)
        try await eventually("both are dead") {
            try await run("list", "--state", "dead").output.split(separator: "\n").count == 2
        }
        try await stage.sandbox.endFaults()
        #expect(try await run("redrive", dead["orders"] ?? "").status == 0)
        let rest = try await run("redrive", "--state", "dead", "--client", "billing", "--limit", "100")
        #expect(rest.output == "redriven: 1, skipped: 0\n" && rest.errors.isEmpty)
        try await eventually("both have arrived") {
            try await stage.sandbox.shown() == ["o-orders": 1, "o-billing": 1]
        }
        let acts = stage.weir.process.lines.filter { $0.contains("an operator acts") }
        #expect(acts.filter { $0.contains("\"action\":\"cancel\"") }.count == 3)
        #expect(acts.filter { $0.contains("\"action\":\"redrive\"") }.count == 2)
    }

    @Test func `who is not let in is told the way`() async throws {
        let url = "http://127.0.0.1:\(stage.weir.admin.port)"
        let none = try await CommandRun.weir(["list", "--admin", "--url", url])
        #expect(none.status == 1 && none.errors.contains("server.admin_key"))
        #expect(none.errors.contains("--key or WEIR_ADMIN_KEY"))
        // A client's own key in the environment is not sent where it does not belong.
        let client = ["WEIR_KEY": Stage.key(of: "orders"), "WEIR_ADMIN_URL": url]
        #expect(try await CommandRun.weir(["list", "--admin"], environment: client).status == 1)
        let stranger = try await CommandRun.weir(["list", "--url", "http://127.0.0.1:\(stage.weir.api.port)"])
        #expect(stranger.status == 1 && stranger.errors.contains("--admin"))
        let mixed = try await CommandRun.weir(["list", "--client", "orders"])
        #expect(mixed.status != 0 && mixed.errors.contains("--admin"))
        #expect(try await CommandRun.weir(["send", "--admin", "{}"]).status != 0)
    }
}
