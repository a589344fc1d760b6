import Foundation
import Testing

/// A copy of the journal of a gateway that works on.
@Suite struct BackupTests {
    @Test func `weir backup ends under load, and its copy knows every message that was accepted before it`()
        async throws
    {
        let stage = try await ScriptedStage.start()
        let traffic = Traffic(to: stage.weir.api.port, type: "template", prefix: "o", connections: 4)
        try await traffic.accepted(500)
        let before = Array(traffic.tally.accepted.values)
        let folder = try TemporaryFolder()
        let copy = folder.path + "/journal.sqlite"
        let run = try await CommandRun.weir(["backup", "--config", stage.settings.file, copy])
        #expect(run.status == 0, "\(run.errors)")
        let during = traffic.tally.accepted.count
        // The gateway was not held up.
        try await traffic.accepted(during + 100)
        try await traffic.stop()
        #expect(traffic.tally.refused.isEmpty)
        let again = try await CommandRun.weir(["backup", "--config", stage.settings.file, copy])
        #expect(again.status != 0)

        var settings = stage.settings
        settings.folder = try TemporaryFolder()
        settings.storage = folder.path
        let restored = try await WeirProcess.start(settings)
        let states = try await states(of: before, on: restored.api.port)
        #expect(states["404"] == nil, "\(states)")
        #expect(states.values.reduce(0, +) == before.count)
    }
}
