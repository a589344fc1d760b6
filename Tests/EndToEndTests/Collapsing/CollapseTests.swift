import Foundation
import Testing

/// Newer messages in the place of older ones, through the built program.
@Suite struct CollapseEndToEndTests {
    private static func keyed(_ openID: String, _ value: String, _ members: String = "") -> Message {
        .template(to: openID, value: value, members: ",\"collapse_key\":\"parcel-1\"\(members)")
    }

    private func waiting(_ weir: WeirProcess, headers: [(name: String, value: String)] = []) async throws -> [JSONAny] {
        try await weir.api.call("GET", "/v1/messages?state=pending", headers: headers).data?["messages"]?.array ?? []
    }

    @Test func `of five updates that wait only the last is sent, and each client hears what became of its own`()
        async throws
    {
        let stage = try await DeliveryStage.start([:])
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause", "{}").status == 200)
        var ids: [String] = []
        for number in 1...5 {
            let message = Self.keyed("o-1", "\(number)", stage.callback("/ok/\(number)"))
            ids.append(try #require(try await stage.send(message).data?["id"]?.string))
        }
        let other = try await stage.send(.template(to: "o-1", members: ",\"collapse_key\":\"parcel-2\""))
        let stranger = try await stage.send(Self.keyed("o-1", "x"), as: "none")
        #expect(other.status == 202 && stranger.status == 202)
        let headers = Stage.authorization(of: "orders")
        for (index, id) in ids.dropLast().enumerated() {
            let status = try await stage.weir.api.call("GET", "/v1/messages/\(id)", headers: headers).data
            #expect(status?["state"]?.string == "cancelled" && status?["reason"]?.string == "collapsed")
            #expect(
                status?["collapsed_into"]?.string == ids[index + 1] && status?["collapse_key"]?.string == "parcel-1"
            )
            let told = try await stage.wait(1, at: "/ok/\(index + 1)")[0]["body"]?["message"]
            #expect(told == status)
        }
        let words = try await stage.weir.api.call("GET", "/v1/messages/\(ids[0])/explain", headers: headers)
        #expect(words.text.contains("collapse_key") && words.text.contains(ids[1]))
        #expect(try await stage.weir.admin.post("/v1/apps/main/resume", "{}").status == 200)
        #expect(try await stage.wait(1, at: "/ok/5")[0]["body"]?["message"]?["state"]?.string == "sent")
        try await eventually("nothing waits") { try await stage.weir.metrics().sum("weir_queue_depth") == 0 }
        let values = try await stage.sandbox.deliveries().compactMap {
            $0["body"]?["data"]?["thing1"]?["value"]?.string
        }
        #expect(values.sorted() == ["5", "x", "x"])
    }

    @Test func `a kill in the middle of updates leaves one that waits of each parcel, and not two`() async throws {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        var weir = try await WeirProcess.start(settings)
        #expect(try await weir.admin.post("/v1/apps/main/pause", "{}").status == 200)
        for round in 1...3 {
            let items = (0..<300).map { Self.keyed("o-\($0)", "\(round)").json }
            let batch = "[\(items.joined(separator: ","))]"
            let api = weir.api
            if round == 1 {
                #expect(try await api.post("/v1/messages:batch", batch).status == 200)
            } else {
                async let answer = try? api.post("/v1/messages:batch", batch)
                try await weir.crash()
                _ = await answer
                weir = try await WeirProcess.start(settings)
            }
            var recipients: [String: Int] = [:]
            var cursor = ""
            repeat {
                let page = try await weir.api.get("/v1/messages?state=pending&limit=1000\(cursor)").data
                for message in page?["messages"]?.array ?? [] {
                    recipients[message["id"]?.string ?? "", default: 0] += 1
                }
                cursor = page?["next"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(recipients.count == 300, "round \(round)")
        }
        #expect(try await weir.admin.post("/v1/apps/main/resume", "{}").status == 200)
        try await eventually("nothing waits") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        let shown = try await sandbox.shown()
        #expect(shown == Dictionary(uniqueKeysWithValues: (0..<300).map { ("o-\($0)", 1) }))
    }

    @Test func `a repeated Idempotency-Key replaces nothing, and a bad key is told by its field`() async throws {
        let stage = try await Stage.start()
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause", "{}").status == 200)
        let key = [(name: "Idempotency-Key", value: "k-1")]
        let first = try await stage.weir.send(Self.keyed("o-1", "1"), headers: key)
        let second = try await stage.weir.send(Self.keyed("o-1", "2"))
        let again = try await stage.weir.send(Self.keyed("o-1", "1"), headers: key)
        #expect(again.status == 200 && again.data?["id"] == first.data?["id"])
        #expect(again.data?["state"]?.string == "cancelled")
        #expect(try await waiting(stage.weir).compactMap { $0["id"]?.string } == [second.data?["id"]?.string])
        let bad = try await stage.weir.send(.template(to: "o-1", members: ",\"collapse_key\":\"a b\""))
        #expect(bad.status == 422 && bad.field == "collapse_key")
        let mass = Message(
            type: "mass",
            body: #"{"touser":["o-1","o-2"],"msgtype":"text","text":{"content":"x"}}"#,
            members: ",\"collapse_key\":\"k\""
        )
        let refused = try await stage.weir.send(mass)
        #expect(refused.status == 422 && refused.field == "collapse_key", "\(refused.text)")
    }
}
