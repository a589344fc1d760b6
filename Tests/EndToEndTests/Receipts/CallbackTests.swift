import Foundation
import Testing

/// The one listener that WeChat reaches, and everybody else who finds it.
@Suite struct CallbackTests {
    @Test
    func `what wechatpy seals is taken, what is forged, replayed, cut, padded wrongly or oversized changes nothing`()
        async throws
    {
        let stage = try await CallbackStage.start()
        let id = try await stage.send(to: "o-forged")
        let msgid = try #require(try await stage.weir.wait(id, for: "sent")["msgid"]?.string)
        let block = ["openid": "o-forged", "msgid": msgid, "status": "failed:user block", "aes_key": CallbackStage.key]
        let bomb = "<!DOCTYPE xml [<!ENTITY a \"ha\">]><xml><MsgType>event</MsgType><Event>&a;</Event></xml>"
        let deep = String(repeating: "<a>", count: 20_000)
        let refused = [
            block.merging(["wrong": "signature"]) { $1 }, block.merging(["wrong": "unsigned"]) { $1 },
            block.merging(["wrong": "msg_signature"]) { $1 }, block.merging(["wrong": "padding"]) { $1 },
            block.merging(["wrong": "truncated"]) { $1 }, block.merging(["wrong": "base64"]) { $1 },
            block.merging(["wrong": "cut"]) { $1 }, block.merging(["aes_key": ""]) { $1 },
            block.merging(["appid": "wxzero"]) { $1 }, block.merging(["token": "Another1"]) { $1 },
            block.merging(["aes_key": "0123456789abcdefghijklmnopqrstuvwxyz0123456"]) { $1 },
            ["aes_key": CallbackStage.key, "body": bomb], ["aes_key": CallbackStage.key, "body": deep],
            ["app": "zero", "body": bomb], ["app": "zero", "body": "{\"MsgType\":"], ["app": "zero", "body": " "],
        ]
        let answers = try await stage.post(refused)
        for (push, answer) in zip(refused, answers) {
            #expect(answer.status == 403 && answer.body == "refused\n", "\(push)")
        }
        let others = try await stage.post([
            block.merging(["wrong": "oversized"]) { $1 }, block.merging(["path": "/wechat/nobody"]) { $1 },
            block.merging(["method": "PUT"]) { $1 },
        ])
        // Who goes on sending a body that nobody wants may find the connection closed.
        #expect([413, 0].contains(others[0].status) && others[1].status == 404 && others[2].status == 405)
        #expect(try await stage.weir.status(id)?["state"]?.string == "sent")
        #expect(try await stage.weir.status(id)?["receipt"] == nil)

        // By the old key too; the same again, and a contradiction, which is kept.
        let right = block.merging(["status": "success", "time": "1700000000", "aes_key": CallbackStage.oldKey]) { $1 }
        let known = try await stage.post([
            right, right, block.merging(["time": "1700000001", "aes_key": CallbackStage.key]) { $1 },
            ["method": "GET", "echostr": "4375120948345356249"],
            ["aes_key": CallbackStage.key, "body": "<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>"],
        ])
        #expect(known.map(\.status) == [200, 200, 200, 200, 200])
        #expect(known.map(\.body) == ["success", "success", "success", "4375120948345356249", "success"])
        let status = try #require(try await stage.weir.status(id))
        #expect(status["state"]?.string == "delivered")
        #expect(status["receipt"]?["at"]?.string == "2023-11-14T22:13:20.000Z")
        #expect(status["contradicting_receipts"]?.array.map { $0["state"]?.string } == ["blocked"])
        let metrics = try await stage.weir.metrics()
        let results = ["refused": 15.0, "stored": 2, "duplicate": 1, "verified": 1, "ignored": 1]
        for (result, count) in results {
            let found = metrics.sum("weir_callbacks_total", "app=\"main\"", "result=\"\(result)\"")
            #expect(found == count || result == "refused" && found >= 13, "\(result) \(found)")
        }
        #expect(metrics.sum("weir_receipts_left_total", "app=\"main\"", "result=\"contradicted\"") == 1)
        #expect(metrics.sum("weir_callbacks_total", "app=\"-\"", "result=\"refused\"") == 1)
        let log = stage.weir.process.lines.joined()
        for secret in [CallbackStage.token, CallbackStage.key, "o-forged"] { #expect(!log.contains(secret)) }
    }
}
