import Foundation
import Testing

/// Weir's alerts, fired for real.
@Suite(.serialized) struct AlertingTests {
    @Test func `every alert is either provoked or has a reason why not`() throws {
        let provoked = try Scripts.all().flatMap(\.provocations).flatMap(\.alerts).map(\.name)
        let placed = Scripts.always.union(provoked).union(Mount.isAllowed ? [] : Scripts.ofSmallDisks)
        #expect(placed.isDisjoint(with: Scripts.exceptions.keys))
        #expect(try placed.union(Scripts.exceptions.keys) == RuleFiles.alerts())
    }

    @Test func `alerts fire, are told, and resolve, and nothing secret is in logs, metrics and refusals`() async throws
    {
        let stage = try await AlertStage.start()
        var scenes: [(Scene, SceneScript)] = []
        for script in try Scripts.all() { scenes.append((try await Scene(script, on: stage), script)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (scene, script) in scenes { group.addTask { try await AlertingTests.play(script, scene) } }
            try await group.waitForAll()
        }
        try await AlertingTests.watchdogAndAbsence(stage, scenes[0].0)
        for (scene, _) in scenes { try AlertingTests.close(scene) }
        try await AlertingTests.close(stage.desk, stage.evidence)
        let size = stage.evidence.size
        #expect(size.secrets >= scenes.count && size.texts >= 1000)
        #expect(try await !stage.evidence.lines(with: ["weir_build_info", "990002"]).isEmpty)
        #expect(try await stage.evidence.leaks() == [])
    }

    private static func play(_ script: SceneScript, _ scene: Scene) async throws {
        for provocation in script.provocations {
            let (alerts, what) = (provocation.alerts, provocation.what)
            // Nothing of it is left over from before.
            try await scene.stage.resolved(alerts, scene, "before \(what)")
            let turn = scene.stage.watch.turn
            try await provocation.provoke(scene)
            try await scene.stage.fired(alerts, since: turn, scene, what)
            await scene.keepMetrics()
            await scene.protectToken()
            try await provocation.mend(scene)
            try await scene.stage.resolved(alerts, scene, what)
            await scene.quiet()
        }
        await scene.keepMetrics()
        try await scene.keepMessages()
    }

    private static func watchdogAndAbsence(_ stage: AlertStage, _ scene: Scene) async throws {
        try await stage.fired(["WeirWatchdog"], since: 0, scene, "always")
        let turn = stage.watch.turn
        try await stage.withoutTargets {
            try await stage.fired(["WeirAbsent"], since: turn, scene, "nothing is scraped")
        }
        try await stage.resolved(["WeirAbsent"], scene, "nothing was scraped")
    }

    /// Takes down what the scene's gateways have written.
    private static func close(_ scene: Scene) throws {
        let log = scene.log
        #expect(log.contains { $0.contains("\"level\":\"debug\"") }, "\(scene.name) logs all it can")
        for line in log { scene.evidence.keep(line, from: "\(scene.name): the log") }
        scene.evidence.protect(SandboxProcess.secret)
        scene.evidence.protect(SceneSettings.adminKey)
        for client in ["orders", "greedy"] { scene.evidence.protect(Stage.key(of: client)) }
        scene.evidence.protect(Scene.openIDs)
    }

    /// The same for the gateway that told people.
    private static func close(_ desk: AlertDesk, _ evidence: Evidence) async throws {
        for line in desk.weir.process.lines { evidence.keep(line, from: "the alert desk's log") }
        evidence.keep(try await desk.weir.admin.get("/metrics").text, from: "the alert desk's /metrics")
        let headers = Stage.authorization(of: "alertmanager")
        let list = try await desk.weir.api.call("GET", "/v1/messages?limit=1000", headers: headers)
        #expect(list.data?["messages"]?.array.isEmpty == false)
        evidence.keep(list.text, from: "the alert desk's messages")
        evidence.protect(AlertDesk.key)
        evidence.protect(AlertDesk.openID)
        for secret in AlertDesk.robotSecrets { evidence.protect(secret) }
        #expect(desk.robotMessages.contains { $0.contains("WeirDown") })
        // Nobody was left untold.
        let metrics = try await desk.weir.metrics()
        for state in ["failed", "dead", "unknown", "expired"] {
            #expect(metrics.sum("weir_alert_deliveries_total", "state=\"\(state)\"") == 0, "\(state)")
        }
    }
}
