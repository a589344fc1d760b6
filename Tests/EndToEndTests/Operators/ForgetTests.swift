import Foundation
import Testing

/// A person is forgotten.
@Suite struct ForgetTests {
    private static let person = "o-forgotten-0123456789"
    private static let other = "o-remembered-0123456789"

    /// Whether any file of the journal, or the log, holds the text.
    private static func holds(_ text: String, in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            return data.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func `what is stored of a person goes, what waits is left and said, and the audit names nobody`() async throws
    {
        let stage = try await Stage.start()
        let weir = stage.weir
        for openID in [Self.person, Self.other] {
            for _ in 0..<5 { try await weir.wait(try await weir.accept(.template(to: openID)), for: "sent") }
        }
        _ = try await weir.admin.post("/v1/apps/main/pause")
        let waiting = try await weir.accept(.template(to: Self.person))
        let environment = ["WEIR_ADMIN_URL": "http://127.0.0.1:\(weir.admin.port)"]
        let forget = ["forget", "--app", "main", "--to", Self.person, "--reason", "asked by the person"]
        let first = try await CommandRun.weir(forget, environment: environment)
        #expect(first.status == 1 && first.output.contains("removed: messages: 5"), "\(first)")
        #expect(first.output.contains("left: 1 messages, they wait or are on their way"), "\(first)")
        _ = try await weir.api.call("DELETE", "/v1/messages/\(waiting)")
        let second = try await CommandRun.weir(forget, environment: environment)
        #expect(second.status == 0 && second.output.contains("removed: messages: 1"), "\(second)")

        #expect(try await weir.api.get("/v1/messages?to=\(Self.person)").data?["messages"]?.array.isEmpty == true)
        #expect(try await weir.api.get("/v1/messages?to=\(Self.other)").data?["messages"]?.array.count == 5)
        let trail = try await weir.admin.get("/v1/audit?app=main&to=\(Self.person)")
        #expect(trail.data?["entries"]?.array.compactMap { $0["action"]?.string } == ["forget", "forget"])
        #expect(!trail.text.contains(Self.person))
        let folder = stage.settings.folder.path + "/data"
        #expect(try Self.holds(Self.person, in: folder) == [])
        #expect(try !Self.holds(Self.other, in: folder).isEmpty)
        #expect(!weir.process.lines.contains { $0.contains(Self.person) })
    }
}
