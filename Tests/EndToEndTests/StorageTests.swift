import Foundation
import Testing

/// Starts that can't be, and a disk that fills up.
@Suite struct StorageTests {
    /// What a start says that fails: the complaints on stderr, which is all but notices and warnings, and its exit status.
    private func failure(of settings: WeirSettings) async throws -> (complaints: [String], status: Int32) {
        let process = try WeirProcess.launch(settings)
        let status = try await process.ended()
        // The pipe may be a little behind the process.
        try await eventually("a word about it") { process.lines.contains { $0.hasPrefix("weir: ") } }
        let harmless: Set<String> = ["notice", "warning"]
        return (process.lines.filter { !harmless.contains(JSONAny($0)?["level"]?.string ?? "") }, status)
    }

    private func expectOneLine(
        _ failure: (complaints: [String], status: Int32),
        saying part: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(failure.status == 1, sourceLocation: sourceLocation)
        #expect(failure.complaints.count == 1, "\(failure.complaints)", sourceLocation: sourceLocation)
        let line = failure.complaints.first ?? ""
        #expect(line.hasPrefix("weir: ") && line.contains(part), "\(line)", sourceLocation: sourceLocation)
    }

    @Test func `a second process on the same folder says so in one line and ends with 1`() async throws {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        let first = try await WeirProcess.start(settings)
        try await expectOneLine(
            failure(of: settings),
            saying: "another process uses the journal in \(settings.storage)"
        )
        // And the first one goes on.
        let id = try await first.accept(.template(to: "o-1"))
        try await first.wait(id, for: "sent")
    }

    @Test func `a file that is no database in the journal's place is named in one line and left as it is`() async throws
    {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        try await WeirProcess.start(settings).stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: settings.storage)
        let name = try #require(names.first { $0.hasSuffix(".sqlite") })
        for name in names where name.contains("sqlite") {
            try FileManager.default.removeItem(atPath: settings.storage + "/" + name)
        }
        let text = String(repeating: "the minutes of last year's meeting\n", count: 200)
        let path = settings.storage + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try await expectOneLine(failure(of: settings), saying: "is no database")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test(.enabled(if: Mount.isAllowed || getuid() != 0, "root writes everywhere, and mounting is not allowed here"))
    func `a folder that can't be written is named in one line`() async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        let mount = Mount(options: "size=1m,ro")
        if let mount {
            settings.storage = mount.path
        } else {
            settings.storage = settings.folder.path + "/read-only"
            try FileManager.default.createDirectory(atPath: settings.storage, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: settings.storage)
        }
        try await expectOneLine(failure(of: settings), saying: settings.storage)
    }

    @Test(arguments: ["api", "admin"])
    func `a port in use is named in one line and ends with 1`(listener: String) async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        let taken = "127.0.0.1:\(sandbox.http.port)"
        if listener == "api" { settings.api = taken } else { settings.admin = taken }
        try await expectOneLine(failure(of: settings), saying: "\(listener) listener: cannot listen on \(taken)")
    }

    @Test(.enabled(if: Mount.isAllowed, "needs a small file system of its own, and mounting is not allowed here"))
    func `a full disk stops messages, not the relay, and loses nothing`() async throws {
        let mount = try #require(Mount(options: "size=6m"))
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.storage = mount.path + "/data"
        let weir = try await WeirProcess.start(settings)
        let token = try await weir.token()
        let traffic = Traffic(to: weir.api.port, type: "template", prefix: "o", connections: 4)
        try await traffic.accepted(100)
        let filler = mount.path + "/filler"
        try await mount.fill(filler)
        try await eventually("messages are refused") { (traffic.tally.refused[503] ?? 0) > 20 }
        #expect(Set(traffic.tally.refused.keys) == [503])
        try await eventually("not ready for messages") { try await weir.admin.get("/readyz/messages").status == 503 }
        let ready = try await weir.admin.get("/readyz")
        #expect(ready.status == 200 && ready.text.contains("relay: ok"))
        #expect(try await weir.metrics().sum("weir_journal_writable") == 0)
        let relayed = try await weir.api.post(
            "\(FaultTests.template)?access_token=\(token)",
            Message.templateBody(to: "o-relayed")
        )
        #expect(relayed.json?["errcode"]?.int == 0)

        let accepted = traffic.tally.accepted.count
        try FileManager.default.removeItem(atPath: filler)
        try await eventually("work is accepted again") { traffic.tally.accepted.count > accepted + 50 }
        #expect(try await weir.admin.get("/readyz/messages").status == 200)
        try await traffic.stop()
        try await eventually("nothing waits any more") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        var shown = try await sandbox.shown()
        #expect(shown.removeValue(forKey: "o-relayed") == 1)
        expectExactlyOnce(shown, traffic.tally)
        let states = try await states(of: Array(traffic.tally.accepted.values), on: weir.api.port)
        #expect(states == ["sent": traffic.tally.accepted.count])
    }
}
