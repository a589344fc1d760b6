import HTTPServing
import Testing
import Weir
import WireJSON

@testable import WeirHTTP

/// Who may do what at the admin listener, and that whatever is changed there leaves a row of the audit trail.
struct AuditTests {
    private static let operators = [
        "grafana": OperatorKey(key: "see-key"), "alice": OperatorKey(key: "act-key", role: .act),
        "root": OperatorKey(key: "root-key", role: .admin),
    ]

    private static func bearer(_ key: String) -> [(name: String, value: String)] {
        [("Authorization", "Bearer \(key)"), ("X-Weir-Reason", "a test")]
    }

    /// What of the admin listener changes something: each path with its names filled in, and each of its methods.
    private static var changes: [(route: Route, method: String, path: String)] {
        Route.all.filter { $0.listeners.contains(.admin) }.flatMap { route in
            route.methods.filter { $0 != "GET" }.map { method in
                let parts = route.pattern.split(separator: "/").map { $0.hasPrefix("{") ? filling($0) : String($0) }
                return (route, method, "/" + parts.joined(separator: "/"))
            }
        }
    }

    private static func filling(_ name: Substring) -> String {
        switch name {
        case "{app}": "main"
        case "{action}": "pause"
        case "{mode}": "open"
        case "{order}": "stop"
        case "{openid}": "o-secret-openid"
        default: "1m8s61amz3x6x"
        }
    }

    private static func entries(_ bench: HandlerBench, _ key: String = "see-key") async throws -> [JSONObjectView] {
        let reply = await bench.answer("GET", "/v1/audit?limit=1000", on: .admin, bearer(key))
        #expect(reply.status == 200)
        return reply.data?.value("entries")?.array?.compactMap(\.object) ?? []
    }

    @Test func `whatever changes something leaves one row: who, what, why, and what came of it`() async throws {
        let bench = try await HandlerBench(adminKey: "master", operators: Self.operators)
        #expect(Self.changes.count >= 10)
        for (index, change) in Self.changes.enumerated() {
            let reply = await bench.answer(change.method, change.path, on: .admin, Self.bearer("root-key"))
            let entries = try await Self.entries(bench)
            #expect(entries.count == index + 1, "\(change.method) \(change.path) leaves no row")
            let entry = try #require(entries.first)
            #expect(entry.string("who") == "root" && entry.string("role") == "admin", "\(change.path)")
            #expect(
                entry.string("reason") == "a test" && entry.integer("status") == Int64(reply.status),
                "\(change.path)"
            )
            #expect(entry.string("action") != "other" && entry.string("trace_id")?.count == 32, "\(change.path)")
            let action = Route.all.first { $0 == change.route }?.action(change.method, ["1m8s61amz3x6x", "pause"])
            #expect(action != nil, "\(change.path)")
        }
        let trail = await bench.answer("GET", "/v1/audit", on: .admin, Self.bearer("root-key")).text
        #expect(!trail.contains("o-secret-openid"))
    }

    @Test func `a person is found in the trail by app and openid, though it names nobody`() async throws {
        let bench = try await HandlerBench(adminKey: "master")
        let key = Self.bearer("master")
        #expect(await bench.answer("DELETE", "/v1/suppressions/main/o-1", on: .admin, key).status == 200)
        let body = #"{"app":"wx1234567890abcdef","to":"o-1","reason":"asked for it"}"#
        let forgotten = await bench.answer("POST", "/v1/forget", on: .admin, key, body: body)
        #expect(forgotten.status == 200 && forgotten.data?.value("left")?.array?.isEmpty == true)
        let target = try #require(forgotten.data?.string("audit_target"))
        #expect(target.hasPrefix("main/") && target.count == 37)
        for query in ["app=main&to=o-1", "app=wx1234567890abcdef&to=o-1"] {
            let found = await bench.answer("GET", "/v1/audit?\(query)", on: .admin, key).data
            let actions = found?.value("entries")?.array?.compactMap { $0.object?.string("action") }
            #expect(actions == ["forget", "lift"], "\(query)")
        }
        let nobody = await bench.answer("GET", "/v1/audit?app=main&to=o-2", on: .admin, key).data
        #expect(nobody?.value("entries")?.array?.isEmpty == true)
        let unknown = #"{"app":"mian","to":"o-1","reason":"a slip"}"#
        let slip = await bench.answer("POST", "/v1/forget", on: .admin, key, body: unknown)
        #expect(slip.status == 404 && slip.text.contains("no app has this name"))
    }

    @Test func `who was not let in leaves no row, and who only asks none either`() async throws {
        let bench = try await HandlerBench(adminKey: "master", operators: Self.operators)
        for change in Self.changes {
            #expect(await bench.answer(change.method, change.path, on: .admin, Self.bearer("wrong")).status == 401)
            _ = await bench.answer("GET", change.path, on: .admin, Self.bearer("root-key"))
        }
        #expect(try await Self.entries(bench).isEmpty)
    }

    @Test func `a role reaches as far as it says`() async throws {
        let bench = try await HandlerBench(operators: Self.operators)
        #expect(await bench.answer("GET", "/v1/state", on: .admin).status == 401)
        for key in ["see-key", "act-key", "root-key"] {
            #expect(await bench.answer("GET", "/v1/state", on: .admin, Self.bearer(key)).status == 200)
        }
        for change in Self.changes {
            let refused = await bench.answer(change.method, change.path, on: .admin, Self.bearer("see-key"))
            #expect(refused.status == 403 && refused.text.contains("role see; this needs act"), "\(change.path)")
            let allowed = await bench.answer(change.method, change.path, on: .admin, Self.bearer("act-key"))
            #expect(allowed.status != 403, "\(change.path)")
        }
        let clear = "/v1/apps/main/clear-quota"
        let refused = await bench.answer("POST", clear, on: .admin, Self.bearer("act-key"))
        #expect(refused.status == 403 && refused.text.contains("role act; this needs admin"))
        #expect(try await Self.entries(bench).contains { $0.string("who") == "grafana" && $0.integer("status") == 403 })
        #expect(await bench.answer("GET", "/metrics", on: .admin).status == 200)
    }

    @Test(arguments: [
        ("since=yesterday", "since"), ("limit=0", "limit"), ("limit=1001", "limit"), ("cursor=x", "cursor"),
        ("to=o-1", "to"),
        ("by=alice", "by"),
    ])
    func `what the trail can't be asked is said`(_ query: String, _ field: String) async throws {
        let bench = try await HandlerBench()
        let reply = await bench.answer("GET", "/v1/audit?\(query)", on: .admin)
        let json = try JSONObjectView(reply.body)
        #expect(reply.status == 422 && json.string("field") == field)
    }

    @Test(arguments: [
        ("", 400, ""), ("[]", 400, ""), ("{}", 422, "filter"), (#"{"filter":{},"reason":"x"}"#, 422, "filter.all"),
        (#"{"filter":{"all":true}}"#, 422, "reason"),
        (#"{"filter":{"all":true,"app":"main"},"reason":"x"}"#, 422, "filter.all"),
        (#"{"filter":{"all":1},"reason":"x"}"#, 422, "filter.all"),
        (#"{"filter":{"group":"g"},"reason":"x"}"#, 422, "filter.group"),
        (#"{"filter":{"app":1},"reason":"x"}"#, 422, "filter.app"),
        (#"{"filter":{"app":""},"reason":"x"}"#, 422, "filter.app"),
        (#"{"filter":{"api":""},"reason":"x"}"#, 422, "filter.api"),
        (#"{"filter":{"client":""},"reason":"x"}"#, 422, "filter.client"),
        (#"{"filter":{"template_id":""},"reason":"x"}"#, 422, "filter.template_id"),
        (#"{"filter":{"text":""},"reason":"x"}"#, 422, "filter.text"),
        (#"{"filter":{"app":"main","text":""},"dry_run":true}"#, 422, "filter.text"),
        (#"{"filter":{"state":"sent"},"reason":"x"}"#, 422, "filter.state"),
        (#"{"filter":{"state":["pending",1]},"reason":"x"}"#, 422, "filter.state"),
        (#"{"filter":{"type":"mail"},"reason":"x"}"#, 422, "filter.type"),
        (#"{"filter":{"api":"/cgi-bin/user/get"},"reason":"x"}"#, 422, "filter.api"),
        (#"{"filter":{"type":"custom","api":"/cgi-bin/message/template/send"},"reason":"x"}"#, 422, "filter.api"),
        (#"{"filter":{"since":"2026-11-21"},"reason":"x"}"#, 422, "filter.since"),
        (
            #"{"filter":{"since":"2026-11-21T09:00:00Z","until":"2026-11-21T09:00:00Z"},"reason":"x"}"#, 422,
            "filter.until"
        ),
        (#"{"filter":{"errcode":"45009"},"reason":"x"}"#, 422, "filter.errcode"),
        (#"{"filter":{"all":true},"reason":"x","rate":"fast"}"#, 422, "rate"),
        (#"{"filter":{"all":true},"reason":"x","rate":"0/s"}"#, 422, "rate"),
        (#"{"filter":{"all":true},"reason":"x","rate":"10001/s"}"#, 422, "rate"),
        (#"{"filter":{"all":true},"reason":"two\nlines"}"#, 422, "reason"),
        (#"{"filter":{"all":true},"reason":" "}"#, 422, "reason"),
        (#"{"filter":{"all":true},"filter":{},"reason":"x"}"#, 422, "filter"),
        (#"{"filter":7,"reason":"x"}"#, 422, "filter"),
    ])
    func `an order that can't be is refused, and says where`(_ body: String, _ status: Int, _ field: String)
        async throws
    {
        let bench = try await HandlerBench()
        let reply = await bench.answer("POST", "/v1/cancel", on: .admin, body: body)
        let json = try JSONObjectView(reply.body)
        #expect(reply.status == status && json.string("field") ?? "" == field, "\(reply.text)")
        #expect(bench.gateway.operations.isEmpty)
    }

    @Test func `a text and a reason have bounds`() async throws {
        let bench = try await HandlerBench()
        for (text, reason, field) in [(257, 1, "filter.text"), (1, 201, "reason")] {
            let long = { (count: Int) in String(repeating: "x", count: count) }
            let body = "{\"filter\":{\"text\":\"\(long(text))\"},\"reason\":\"\(long(reason))\"}"
            let reply = await bench.answer("POST", "/v1/cancel", on: .admin, body: body)
            #expect(try JSONObjectView(reply.body).string("field") == field)
        }
        let huge = await bench.answer("POST", "/v1/cancel", on: .admin, body: String(repeating: " ", count: 65 << 10))
        #expect(huge.status == 413)
    }

    @Test func `an order is said in the body alone`() async throws {
        let bench = try await HandlerBench()
        let reply = await bench.answer("POST", "/v1/redrive?app=main", on: .admin, body: #"{"filter":{"all":true}}"#)
        let field = try JSONObjectView(reply.body).string("field")
        #expect(reply.status == 422 && field == "app")
    }

    @Test func `redrive without a body is what it was, page by page`() async throws {
        let bench = try await HandlerBench()
        let reply = await bench.answer("POST", "/v1/redrive?state=dead&limit=5", on: .admin)
        #expect(reply.status == 200 && reply.data?.integer("redriven") == 0 && reply.data?.bool("has_more") == false)
        let dry = await bench.answer(
            "POST",
            "/v1/redrive",
            on: .admin,
            body: #"{"filter":{"all":true},"dry_run":true}"#
        )
        #expect(dry.status == 200 && dry.data?.integer("matched") == 0 && dry.data?.string("id") == nil)
        let actions = try await Self.entries(bench, "").map { $0.string("action") }
        #expect(actions == ["redrive_dry_run", "redrive"])
    }
}

extension OutgoingReply {
    fileprivate var data: JSONObjectView? { (try? JSONObjectView(body))?.object("data") }
}
