import Testing

/// The messages API from a shell.
@Suite(.serialized)
struct MessagesAPICommandTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start { settings in
            settings.sections = """
                \(Stage.clients(["orders": ""]))retry:
                  once: {attempts: 1, ladder: [], max_age: 1m}
                """
        }
    }

    private func run(_ arguments: String...) async throws -> CommandRun {
        let environment = ["WEIR_URL": "http://127.0.0.1:\(stage.weir.api.port)", "WEIR_KEY": Stage.key(of: "orders")]
        return try await CommandRun.weir(arguments, environment: environment)
    }

    private func sendWaiting(_ openID: String, _ options: [String] = []) async throws -> String {
        _ = try await stage.weir.admin.post("/v1/apps/main/pause")
        let run = try await CommandRun.weir(
            ["send", "--json", "--url", "http://127.0.0.1:\(stage.weir.api.port)", "--key", Stage.key(of: "orders")]
                + options
                + [Message.templateBody(to: openID)]
        )
        return try #require(JSONAny(run.output)?["data"]?["id"]?.string)
    }

    @Test func `send hands a message over, waits and says what became of it`() async throws {
        let sent = try await run("send", "--wait", "30", "--priority", "high", Message.templateBody(to: "o-1"))
        #expect(sent.status == 0)
        #expect(sent.output.contains("  sent\n"))
        #expect(sent.output.contains("priority: high"))
        #expect(sent.output.contains("attempt 1: accepted errcode 0"))
        #expect(sent.errors.isEmpty)
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test func `with --json the answer is what the API says`() async throws {
        let sent = try await run(
            "send",
            "--json",
            "--idempotency-key",
            "k",
            "--wait",
            "30",
            Message.templateBody(to: "o-1")
        )
        #expect(sent.status == 0)
        let json = try #require(JSONAny(sent.output))
        #expect(json["code"]?.int == 200)
        let id = try #require(json["data"]?["id"]?.string)
        let status = try await run("status", "--json", id)
        #expect(JSONAny(status.output)?["data"] == json["data"])
        let again = try await run("send", "--json", "--idempotency-key", "k", Message.templateBody(to: "o-1"))
        #expect(JSONAny(again.output)?["data"]?["id"]?.string == id)
        let list = try await run("list", "--json", "--state", "sent")
        #expect(JSONAny(list.output)?["data"]?["messages"]?.array.map { $0["id"]?.string } == [id])
    }

    @Test func `status and list show a message on a line`() async throws {
        let id = try await sendWaiting("o-1")
        let status = try await run("status", id)
        #expect(status.status == 0)
        #expect(status.output.hasPrefix("\(id)  pending\n"))
        #expect(status.output.contains("reason: paused"))
        let list = try await run("list", "--to", "o-1")
        #expect(list.status == 0)
        #expect(list.output.hasPrefix("\(id)  pending  main  template  normal  "))
        let none = try await run("list", "--to", "o-2")
        #expect(none.status == 0 && none.output.isEmpty && none.errors == "no messages\n")
        let page = try await run("list", "--limit", "1")
        #expect(page.output.contains(id))
    }

    @Test func `cancel takes a waiting message back, once`() async throws {
        let id = try await sendWaiting("o-1")
        let cancelled = try await run("cancel", id)
        #expect(cancelled.status == 0)
        #expect(cancelled.output.hasPrefix("\(id)  cancelled"))
        let again = try await run("cancel", id)
        #expect(again.status == 1)
        #expect(again.output.isEmpty)
        #expect(again.errors.contains("cancelled"))
    }

    @Test func `redrive brings one message back, or all`() async throws {
        try await stage.sandbox.fault(#""kind":"errcode","errcode":-1"#)
        var ids: [String] = []
        for number in 0..<3 {
            let run = try await run(
                "send",
                "--json",
                "--wait",
                "30",
                "--retry-class",
                "once",
                Message.templateBody(to: "o-\(number)")
            )
            #expect(JSONAny(run.output)?["data"]?["state"]?.string == "dead")
            ids.append(JSONAny(run.output)?["data"]?["id"]?.string ?? "")
        }
        try await stage.sandbox.endFaults()
        let one = try await run("redrive", ids[0])
        #expect(one.status == 0)
        #expect(one.output.hasPrefix("\(ids[0])  pending"))
        let all = try await run("redrive")
        #expect(all.output == "redriven: 2, skipped: 0\n")
        try await eventually("all have arrived") { try await stage.sandbox.shown() == ["o-0": 1, "o-1": 1, "o-2": 1] }
    }

    @Test(arguments: [
        (["status", "0000000000000"], "no message"),
        (["send", "{}"], "message.touser"),
        (["send", "--type", "postcard", "{}"], "template, subscribe"),
        (["list", "--state", "gone"], "pending, sending"),
    ])
    func `what the gateway refuses ends with 1 and its reason`(arguments: [String], words: String) async throws {
        let environment = ["WEIR_URL": "http://127.0.0.1:\(stage.weir.api.port)", "WEIR_KEY": Stage.key(of: "orders")]
        let run = try await CommandRun.weir(arguments, environment: environment)
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("weir: "))
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.output.isEmpty)
        let json = try await CommandRun.weir(arguments + ["--json"], environment: environment)
        #expect(json.status == 1)
        #expect(JSONAny(json.output)?["error"]?.string != nil)
    }

    @Test func `a gateway that isn't there and a wrong key are told apart`() async throws {
        let gone = try await CommandRun.weir(["list", "--url", "http://127.0.0.1:1"])
        #expect(gone.status == 1)
        #expect(gone.errors.contains("http://127.0.0.1:1 does not answer"))
        let url = "http://127.0.0.1:\(stage.weir.api.port)"
        let wrong = try await CommandRun.weir(["list", "--url", url, "--key", "a-wrong-key-0123456789"])
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("no client has this key"))
        #expect(!wrong.errors.contains("a-wrong-key"))
    }
}
