import Foundation
import Testing

/// Caps per recipient, through the built program.
@Suite struct CapTests {
    private static let caps = "\n    caps: [{type: template, per: recipient+template, limit: 3/d}]"

    private func isCapped(_ answer: Answer) -> Bool {
        answer.status == 422 && answer.json?["error"]?.string == "capped" && answer.field == "to"
            && answer.header("retry-after") != nil
    }

    /// Not near Shanghai's midnight, where a count begins anew.
    private func waitOutMidnight() async throws {
        try await eventually("midnight is over or far") {
            let second = (Int(Date().timeIntervalSince1970) + 8 * 3600) % 86_400
            return second > 2 && second < 86_400 - 60
        }
    }

    @Test func `a recipient gets three a day, over a kill, in a batch and by the relay, and a repeat counts once`()
        async throws
    {
        try await waitOutMidnight()
        let stage = try await Stage.start { $0.limits += Self.caps }
        var weir = stage.weir
        let key = [(name: "Idempotency-Key", value: "k-1")]
        let first = try await weir.send(.template(to: "o-1"), headers: key)
        #expect(first.status == 202)
        for _ in 0..<5 { #expect(try await weir.send(.template(to: "o-1"), headers: key).status == 200) }
        #expect(try await weir.send(.template(to: "o-1")).status == 202)
        try await weir.crash()
        weir = try await WeirProcess.start(stage.settings)
        #expect(try await weir.send(.template(to: "o-1")).status == 202)
        let capped = try await weir.send(.template(to: "o-1"))
        #expect(isCapped(capped), "\(capped.text)")
        #expect(!capped.text.contains("o-1"))
        #expect(try await weir.send(.custom(to: "o-1")).status == 202)
        let items = (0..<5).map { _ in Message.template(to: "o-2").json }.joined(separator: ",")
        let batch = try await weir.api.post("/v1/messages:batch", "[\(items)]")
        let codes = (batch.data?["results"]?.array ?? []).map { $0["code"]?.int ?? 0 }
        #expect(codes.sorted() == [202, 202, 202, 422, 422])
        let path = "/cgi-bin/message/template/send?access_token=\(try await weir.token())"
        var errcodes: [Int?] = []
        for _ in 0..<4 { errcodes.append(try await weir.api.post(path, Message.templateBody(to: "o-3")).errcode) }
        #expect(errcodes == [0, 0, 0, 990_014])
        try await eventually("nothing waits") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        #expect(try await stage.sandbox.shown().filter { $0.key != "o-1" } == ["o-2": 3, "o-3": 3])
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_messages_refused_total", "reason=\"capped\"") == 3)
        #expect(metrics.sum("weir_relay_refusals_total", "errcode=\"990014\"", "reason=\"capped\"") == 1)
    }

    @Test func `a relayed call that Weir answers itself counts for nothing, and a reload changes a cap`() async throws {
        try await waitOutMidnight()
        let stage = try await Stage.start { $0.limits += Self.caps }
        let weir = stage.weir
        let path = "/cgi-bin/message/template/send?access_token=\(try await weir.token())"
        #expect(try await weir.admin.post("/v1/apps/main/pause", "{}").status == 200)
        for _ in 0..<5 { #expect(try await weir.api.post(path, Message.templateBody(to: "o-1")).errcode == 990_004) }
        #expect(try await weir.admin.post("/v1/apps/main/resume", "{}").status == 200)
        for _ in 0..<3 { #expect(try await weir.api.post(path, Message.templateBody(to: "o-1")).errcode == 0) }
        #expect(isCapped(try await weir.send(.template(to: "o-1"))))
        var settings = stage.settings
        settings.limits = settings.limits.replacing("3/d", with: "4/d")
        try settings.write()
        #expect(try await weir.admin.post("/v1/reload").status == 200)
        #expect(try await weir.send(.template(to: "o-1")).status == 202)
        #expect(isCapped(try await weir.send(.template(to: "o-1"))))
    }
}
