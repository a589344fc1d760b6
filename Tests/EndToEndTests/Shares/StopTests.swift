import Testing

/// A stop answers those who wait.
@Suite struct StopTests {
    @Test(arguments: ["60", "9"])
    func `whoever waits for a message's end is told at a stop what is known, and delays it by nothing`(seconds: String)
        async throws
    {
        let stage = try await ScriptedStage.start()
        let members = ",\"not_before\":\"2036-01-01T00:00:00Z\",\"not_after\":\"2036-01-02T00:00:00Z\""
        async let waiting = stage.weir.send(
            .template(to: "o-1", members: members),
            headers: [("Prefer", "wait=\(seconds)")]
        )
        // The message is on disk; its caller waits.
        try await eventually("it is accepted") { try await stage.weir.metrics().sum("weir_queue_depth") == 1 }
        let start = ContinuousClock.now
        #expect(try await stage.weir.stop() == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
        let answer = try await waiting
        #expect(answer.status == 202)
        #expect(answer.data?["state"]?.string == "pending", "\(answer.text)")
    }
}
