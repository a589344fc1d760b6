import CurlTransport
import Foundation
import Weir
import WireJSON

/// The demo's traffic: an SDK's relayed call, and messages of all kinds that must arrive.
struct DemoTraffic {
    let api: String
    let sandbox: String

    static func introduction(api: String, admin: String, sandbox: String) -> String {
        """
        Weir is running, on a folder of its own.
          messages and relay  http://\(api)          (description: /openapi.yaml)
          metrics             http://\(admin)/metrics
          state               http://\(admin)/v1/state
          WeChat (sandbox)    http://\(sandbox)      (what phones showed: /_sandbox/deliveries)

        """
    }

    /// Returns whether all that was sent has arrived.
    func run() async throws -> Bool {
        let transport = try CurlTransport()
        defer { transport.shutdown() }
        let gateway = HTTPClient(transport: transport, origin: api)
        let relayed = try await relay(gateway)
        let ids = try await post(gateway)
        let states = try await outcomes(ids, gateway)
        let shown = try await deliveries(HTTPClient(transport: transport, origin: sandbox))
        let sent = states.filter { $0 == "sent" }.count
        let expected = ids.count + (relayed ? 1 : 0)
        print("\n\(sent) of \(ids.count) messages sent, \(shown) shown on phones (\(expected) expected).")
        return relayed && sent == ids.count && shown == expected
    }

    /// What an SDK does: fetches a token, and sends a template message with it.
    private func relay(_ gateway: HTTPClient) async throws -> Bool {
        let query = "grant_type=client_credential&appid=wx0000000000000000&secret=sandbox-secret"
        let answer = try await gateway.send("GET", "/cgi-bin/token?\(query)")
        guard let token = try JSONObjectView(answer.body, rules: .lenient).string("access_token") else {
            print("no token: \(String(decoding: answer.body, as: UTF8.self))")
            return false
        }
        print("GET  /cgi-bin/token → \(token.prefix(24))… (a token of Weir's; the real one never leaves it)")
        let reply = try await gateway.send(
            "POST",
            "/cgi-bin/message/template/send?access_token=\(token)",
            headers: Self.json,
            body: template("o-relayed", 0)
        )
        print("POST /cgi-bin/message/template/send → \(String(decoding: reply.body, as: UTF8.self))")
        return try JSONObjectView(reply.body, rules: .lenient).integer("errcode") == 0
    }

    private static let json = [HeaderField("Content-Type", "application/json")]

    private func template(_ openid: String, _ number: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("touser", openid)
            json.member("template_id", "demo-template")
            json.member(
                "data",
                object: { data in
                    data.member("thing1", object: { $0.member("value", "订单 \(number) 已发货") })
                }
            )
        }
        return json.bytes
    }

    /// Hands over twenty messages of all priorities.
    private func post(_ gateway: HTTPClient) async throws -> [String] {
        var ids: [String] = []
        for number in 1...20 {
            let priority = ["urgent", "high", "normal", "low"][number % 4]
            var json = JSONWriter()
            json.object { json in
                json.member("type", "template")
                json.member("priority", priority)
                json.member("message", raw: template("o-demo-\(number)", number))
            }
            let headers = Self.json + [HeaderField("Idempotency-Key", "demo-\(number)")]
            let reply = try await gateway.send("POST", "/v1/messages", headers: headers, body: json.bytes)
            guard reply.status == 202, let data = try JSONObjectView(reply.body).object("data"),
                let id = data.string("id")
            else {
                print("not accepted: \(String(decoding: reply.body, as: UTF8.self))")
                continue
            }
            ids.append(id)
        }
        print("POST /v1/messages × 20 → \(ids.count) accepted, each on disk before the answer")
        return ids
    }

    /// Asks for each message until it has ended, at most for half a minute.
    private func outcomes(_ ids: [String], _ gateway: HTTPClient) async throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(30)
        var states: [String] = []
        for id in ids {
            var state = "pending"
            while state == "pending" || state == "sending", ContinuousClock.now < deadline {
                let reply = try await gateway.send("GET", "/v1/messages/\(id)")
                state = try JSONObjectView(reply.body).object("data")?.string("state") ?? state
                if state == "pending" || state == "sending" { try await Task.sleep(for: .milliseconds(50)) }
            }
            print("  \(id)  \(state)")
            states.append(state)
        }
        return states
    }

    private func deliveries(_ sandbox: HTTPClient) async throws -> Int {
        let reply = try await sandbox.send("GET", "/_sandbox/deliveries")
        return try JSONObjectView(reply.body, rules: .lenient).value("deliveries")?.array?.count ?? 0
    }
}
