import Foundation
import Testing

/// The upstream misbehaves.
@Suite struct FaultTests {
    static let template = "/cgi-bin/message/template/send"
    static let custom = "/cgi-bin/message/custom/send"

    /// Short waits, so that a test sees them all.
    static let impatience = """
        upstream: {timeout: 1s}
        retry:
          available: {attempts: 3, backoff: 20ms, backoff_max: 100ms, ladder: [1m], max_age: 2h}
          async: {attempts: 1, ladder: [1s], lifetime: 3d}
        """

    private func gateway(_ sandbox: SandboxProcess, sections: String = impatience) async throws -> WeirProcess {
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = sections
        return try await WeirProcess.start(settings)
    }

    // MARK: Repeats

    @Test
    func `a relayed template message that WeChat took silently is repeated under one client_msg_id and shown once`()
        async throws
    {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        try await sandbox.fault("\"api\":\"\(FaultTests.template)\",\"kind\":\"reset_after_accept\",\"count\":1")
        let answer = try await send(weir, timeout: "3")
        #expect(answer.json?["errcode"]?.int == 0)
        try await expectShownOnce(sandbox)
    }

    @Test func `a relayed template message that hangs is in doubt, and its caller's repeat is shown once`() async throws
    {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        try await sandbox.fault("\"api\":\"\(FaultTests.template)\",\"kind\":\"hang_after_accept\",\"count\":1")
        #expect(try await send(weir, timeout: "1").json?["errcode"]?.int == 990003)
        #expect(try await send(weir, timeout: "3").json?["errcode"]?.int == 0)
        try await expectShownOnce(sandbox)
    }

    private func send(_ weir: WeirProcess, timeout: String) async throws -> Answer {
        try await weir.api.call(
            "POST",
            "\(FaultTests.template)?access_token=\(try await weir.token())",
            headers: [("X-Weir-Timeout", timeout)],
            body: Message.templateBody(to: "o-hung")
        )
    }

    private func expectShownOnce(_ sandbox: SandboxProcess) async throws {
        let ids = try await sandbox.requests(FaultTests.template).map { $0["client_msg_id"]?.string }
        #expect(ids.count == 2)
        #expect(ids[0] != nil && ids[0] == ids[1])
        #expect(try await sandbox.shown() == ["o-hung": 1])
    }

    @Test func `a message whose first attempt hangs is repeated under one client_msg_id and shown once`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        try await sandbox.fault("\"api\":\"\(FaultTests.template)\",\"kind\":\"hang_after_accept\",\"count\":1")
        let id = try await weir.accept(.template(to: "o-hung"))
        let status = try await weir.wait(id, for: "sent")
        #expect(status["attempts"]?.array.map { $0["outcome"]?.string } == ["unknown", "accepted"])
        let ids = try await sandbox.requests(FaultTests.template).map { $0["client_msg_id"]?.string }
        #expect(ids.count == 2)
        #expect(ids[0] != nil && ids[0] == ids[1])
        #expect(try await sandbox.shown() == ["o-hung": 1])
    }

    /// What the sandbox does, and what it is to Weir.
    static let misbehaviours = [
        ("errcode", "transient"), ("status", "unknown"), ("html", "unknown"), ("truncated", "unknown"),
        ("cut", "unknown"),
        ("empty", "unknown"), ("reset", "unknown"), ("reset_after_accept", "unknown"),
        ("close_after_accept", "unknown"),
    ]

    @Test(arguments: misbehaviours, ["consistent", "available", "async"])
    func `each misbehaviour is retried by class and counted by outcome`(
        misbehaviour: (kind: String, outcome: String),
        retryClass: String
    ) async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        try await sandbox.fault("\"api\":\"\(FaultTests.template)\",\"kind\":\"\(misbehaviour.kind)\",\"count\":1")
        let id = try await weir.accept(.template(to: "o-1", members: ",\"retry_class\":\"\(retryClass)\""))
        let status = try await weir.wait(id, for: "sent")
        #expect(status["attempts"]?.array.map { $0["outcome"]?.string } == [misbehaviour.outcome, "accepted"])
        #expect(try await sandbox.shown() == ["o-1": 1])
        let metrics = try await weir.metrics()
        let (requests, api) = ("weir_upstream_requests_total", "api=\"\(FaultTests.template)\"")
        #expect(metrics.sum(requests, api, "outcome=\"\(misbehaviour.outcome)\"") == 1)
        #expect(metrics.sum(requests, api, "outcome=\"accepted\"") == 1)
        #expect(metrics.sum(requests, api) == 2)
        let kind = retryClass == "async" ? "ladder" : "fast"
        #expect(metrics.sum("weir_retries_total", "class=\"\(retryClass)\"", "kind=\"\(kind)\"") == 1)
        #expect(metrics.sum("weir_retries_total") == 1)
    }

    // MARK: What may not be repeated

    @Test func `a custom message that is taken on a warm connection which then closes is never posted twice`()
        async throws
    {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        let token = try await weir.token()
        let target = "\(FaultTests.custom)?access_token=\(token)"
        // Makes the connection, and leaves it open.
        #expect(try await weir.api.post(target, Message.customBody(to: "o-warm")).json?["errcode"]?.int == 0)
        try await sandbox.fault("\"api\":\"\(FaultTests.custom)\",\"kind\":\"close_after_accept\",\"count\":1")
        let answer = try await weir.api.post(target, Message.customBody(to: "o-relayed"))
        #expect(answer.status == 200)
        #expect(answer.json?["errcode"]?.int == 990_003)
        #expect(try await sandbox.requests(FaultTests.custom).count == 2)

        #expect(try await weir.api.post(target, Message.customBody(to: "o-warm-again")).json?["errcode"]?.int == 0)
        try await sandbox.fault("\"api\":\"\(FaultTests.custom)\",\"kind\":\"close_after_accept\",\"count\":1")
        let id = try await weir.accept(.custom(to: "o-message"))
        let status = try await weir.wait(id, for: "unknown")
        #expect(status["attempts"]?.array.count == 1)
        #expect(try await sandbox.requests(FaultTests.custom).count == 4)
        #expect(try await sandbox.shown() == ["o-warm": 1, "o-relayed": 1, "o-warm-again": 1, "o-message": 1])
    }
}
