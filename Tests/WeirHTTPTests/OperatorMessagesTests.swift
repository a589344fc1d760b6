import HTTPServing
import Testing
import Weir
import WireJSON

@testable import WeirHTTP

/// The messages of all clients, on the admin listener.
struct OperatorMessagesTests {
    private static let clients = ["orders", "billing"]

    private static func bench(adminKey: String? = nil) async throws -> HandlerBench {
        try await HandlerBench(adminKey: adminKey) { configuration in
            for client in clients { configuration.clients[client] = ClientConfiguration(keys: ["KEY-of-\(client)"]) }
        }
    }

    private static func key(of client: String) -> [(name: String, value: String)] {
        [("Authorization", "Bearer KEY-of-\(client)")]
    }

    /// A message of each client, by client.
    private static func send(_ bench: HandlerBench) async throws -> [String: String] {
        var ids: [String: String] = [:]
        for client in clients {
            let reply = await bench.answer("POST", "/v1/messages", key(of: client), body: HandlerBench.message)
            ids[client] = try #require(reply.data?.string("id"))
        }
        return ids
    }

    private static func listed(_ reply: OutgoingReply) -> [String: String] {
        let messages = reply.data?.value("messages")?.array?.compactMap(\.object) ?? []
        return messages.reduce(into: [:]) { $0[$1.string("client") ?? "-"] = $1.string("id") }
    }

    @Test func `an operator sees every client's messages and whose each is`() async throws {
        let bench = try await Self.bench()
        let ids = try await Self.send(bench)
        #expect(Self.listed(await bench.answer("GET", "/v1/messages", on: .admin)) == ids)
        for (client, id) in ids {
            let only = await bench.answer("GET", "/v1/messages?client=\(client)", on: .admin)
            #expect(Self.listed(only) == [client: id])
            for path in ["/v1/messages/\(id)", "/v1/messages/\(id)/explain"] {
                let reply = await bench.answer("GET", path, on: .admin)
                #expect(reply.status == 200 && reply.data?.string("client") == client, "\(path)")
            }
        }
        #expect(Self.listed(await bench.answer("GET", "/v1/messages?client=nobody", on: .admin)) == [:])
        #expect(await bench.answer("DELETE", "/v1/messages/\(ids["orders"] ?? "")", on: .admin).status == 200)
        let own = await bench.answer("GET", "/v1/messages", Self.key(of: "orders"))
        #expect(own.text.contains("cancelled by an operator\"") && !own.text.contains("\"client\""))
        let why = [(name: "X-Weir-Reason", value: "the campaign is over")]
        let told = await bench.answer("DELETE", "/v1/messages/\(ids["billing"] ?? "")", on: .admin, why)
        #expect(told.data?.string("reason") == "cancelled by an operator: the campaign is over")
    }

    @Test func `a client is no operator: neither on its own listener nor, with a key set, on the other`() async throws {
        let bench = try await Self.bench(adminKey: "sesame")
        let ids = try await Self.send(bench)
        let id = ids["billing"] ?? ""
        let paths = ["/v1/messages", "/v1/messages/\(id)", "/v1/messages/\(id)/explain"]
        for path in paths {
            #expect(await bench.answer("GET", path, on: .admin).status == 401)
            #expect(await bench.answer("GET", path, on: .admin, Self.key(of: "billing")).status == 401)
            #expect(await bench.answer("GET", path, [("Authorization", "Bearer sesame")]).status == 401)
            let reply = await bench.answer(
                "GET",
                path,
                on: .admin,
                [("Authorization", "Bearer sesame")],
                host: "weir.example"
            )
            #expect(reply.status == 200)
        }
        let asked = await bench.answer("GET", "/v1/messages?client=billing", Self.key(of: "orders"))
        #expect(asked.status == 422 && asked.text.contains("client is not known: state, app, to"))
    }

    @Test(arguments: [
        ("?state=gone", "state must be one of"), ("?limit=0", "limit must be 1 to 1000"),
        ("?colour=red", "colour is not known: state, app, to, since, limit, cursor, client are"),
        ("?cursor=x", "cursor is none"), ("?since=now", "since must be a time with an offset"),
    ])
    func `what can't be asked is refused with its field`(_ query: String, _ words: String) async throws {
        let bench = try await Self.bench()
        let reply = await bench.answer("GET", "/v1/messages\(query)", on: .admin)
        #expect(reply.status == 422 && reply.text.contains(words), "\(reply.text)")
    }

    @Test func `nobody hands messages over on the admin listener`() async throws {
        let bench = try await Self.bench()
        let reply = await bench.answer("POST", "/v1/messages", on: .admin, body: HandlerBench.message)
        #expect(reply.status == 405 && reply.header("Allow") == "GET, HEAD")
        #expect(await bench.answer("POST", "/v1/messages:batch", on: .admin, body: "[]").status == 404)
        #expect(
            await bench.answer("GET", "/v1/messages/0000000000000", on: .admin).text.contains("no message has this id")
        )
    }
}

extension OutgoingReply {
    fileprivate var data: JSONObjectView? {
        (try? JSONObjectView(body, rules: .lenient))?.object("data")
    }
}
