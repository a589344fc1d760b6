import Foundation
import Testing

/// The generator of the shortened rules.
struct ShortenTests {
    private func shorten(_ files: [String], into folder: TemporaryFolder) async throws -> CommandRun {
        try await CommandRun.python("shorten.py", ["--out", folder.path, "--factor", "60"] + files)
    }

    @Test func `the shipped rules are shortened, and promtool takes them`() async throws {
        // Whoever puts them into one folder must not lose any.
        #expect(Set(RuleFiles.names()).count == RuleFiles.names().count)
        let folder = try TemporaryFolder()
        let run = try await shorten(RuleFiles.shipped(), into: folder)
        #expect(run.status == 0, "\(run.errors)")
        let check = try await CommandRun.shell("promtool check rules \(folder.path)/*.yml")
        #expect(check.status == 0, "\(check.errors)")
        let queue = try String(contentsOfFile: folder.path + "/queue.yml", encoding: .utf8)
        // From 300 s, however YAML quotes it; and [5m] in a rate.
        #expect(queue.replacing("\\", with: "").contains("{priority=\"high\"} > 5"))
        #expect(queue.contains("[5000ms]") && !queue.contains("[5m]") && queue.contains("for: 15000ms"))
    }

    @Test func `an age that nobody has listed is refused, and so is a list that no rule needs`() async throws {
        let folder = try TemporaryFolder()
        let rule = try folder.write(
            "new.yml",
            """
            groups:
              - name: new
                rules:
                  - {alert: WeirNew, expr: "time() - weir_config_last_reload_success_timestamp_seconds > 900"}
            """
        )
        let unlisted = try await shorten([rule], into: folder)
        #expect(unlisted.status != 0 && unlisted.errors.contains("WeirNew: is 900 a duration?"))
        let journal = try await shorten([Binary.packageRoot + "/alerts/journal.yml"], into: folder)
        #expect(journal.status != 0 && journal.errors.contains("in no rule"))
    }
}
