import Foundation
import Testing

/// Where scrapes are rendered.
struct MetricsThreadTests {
    @Test func `scrapes are rendered by a thread that answers no requests`() async throws {
        let stage = try await Stage.start()
        let process = stage.weir.process.identifier
        _ = try await stage.weir.admin.get("/metrics")
        let before = try Self.turns(in: process)
        for _ in 0..<20 { #expect(try await stage.weir.admin.get("/metrics").status == 200) }
        let scraped = try Self.turns(in: process)
        for number in 0..<20 {
            _ = try await stage.weir.accept(.template(to: "o-\(number)"))
            #expect(try await stage.weir.admin.get("/healthz").status == 200)
        }
        let after = try Self.turns(in: process)
        // It sleeps between scrapes, so that each gives it a turn on the processor, and nothing else does.
        let renderers = before.keys.filter { thread in
            guard let first = before[thread], let second = scraped[thread] else { return false }
            return second - first >= 20 && after[thread] == second
        }
        #expect(renderers.count == 1)
    }

    @Test func `while scrapes pile up, requests are answered`() async throws {
        let stage = try await Stage.start()
        let token = try await stage.weir.token()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<30 {
                // Different scrapes can't share a rendering.
                group.addTask {
                    try await stage.weir.admin.get("/metrics?name[]=weir_build_info&name[]=n\(number)").status
                }
            }
            for number in 0..<30 {
                group.addTask {
                    let body = Message.templateBody(to: "o-\(number)")
                    let target = "/cgi-bin/message/template/send?access_token=\(token)"
                    return try await stage.weir.api.post(target, body).errcode == 0 ? 200 : 500
                }
            }
            for try await status in group { #expect(status == 200) }
        }
    }

    /// How often each thread of a process was given a processor.
    private static func turns(in process: Int32) throws -> [String: Int] {
        let folder = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) { turns, thread in
            guard let status = try? String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8) else {
                return
            }
            let switches = status.split(separator: "\n").filter { $0.contains("ctxt_switches:") }
            turns[thread] = switches.compactMap { $0.split(separator: "\t").last.flatMap { Int($0) } }.reduce(0, +)
        }
    }
}
