import Testing

/// Health, routes and methods.
@Suite(.serialized)
struct AdminHealthTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start()
    }

    @Test func `health is plain text, and readiness names both kinds of work`() async throws {
        let health = try await stage.weir.admin.get("/healthz")
        #expect(health.status == 200)
        #expect(health.text == "ok\n")
        let ready = try await stage.weir.admin.get("/readyz")
        #expect(ready.status == 200)
        #expect(ready.text.hasPrefix("relay: ok\nmessages: ok\napps: ") && ready.text.hasSuffix(" an access_token\n"))
        let messages = try await stage.weir.admin.get("/readyz/messages")
        #expect(messages.status == 200)
        #expect(messages.text == "messages: ok\n")
        #expect(try await stage.weir.admin.get("/").status == 200)
    }

    @Test(arguments: [
        "/nowhere", "/v1", "/v1/", "/v1/states", "/v1/breakers", "/v1/apps/main", "/v1/apps/main/stop", "/metrics/x",
    ])
    func `an unknown path is 404 in the envelope`(path: String) async throws {
        let get = try await stage.weir.admin.get(path)
        let post = try await stage.weir.admin.post(path)
        #expect(get.status == 404 || post.status == 404, "\(path)")
        #expect([get, post].contains { $0.error == "not_found" })
    }

    @Test(arguments: ["/v1/nowhere", "/v1/", "/v1/messages/", "/v1/messages/a/b/c", "/v1/state"])
    func `an unknown path of the messages API is 404 and never relayed`(path: String) async throws {
        let answer = try await stage.weir.api.get(path)
        #expect(answer.status == 404)
        #expect(answer.error == "not_found")
        #expect(try await stage.sandbox.requests(path).isEmpty)
    }

    @Test(arguments: [
        ("DELETE", "/metrics", "GET"), ("POST", "/healthz", "GET"), ("PUT", "/readyz", "GET"),
        ("POST", "/readyz/messages", "GET"),
        ("POST", "/v1/state", "GET"), ("GET", "/v1/reload", "POST"), ("GET", "/v1/apps/main/pause", "POST"),
        ("DELETE", "/v1/breakers/x/open", "POST"), ("POST", "/", "GET"),
    ])
    func `a wrong method is 405 and says which is right`(method: String, path: String, allowed: String) async throws {
        let answer = try await stage.weir.admin.call(method, path)
        #expect(answer.status == 405)
        #expect(answer.error == "method_not_allowed")
        #expect(answer.header("allow")?.contains(allowed) == true)
    }

    @Test(arguments: [
        ("PUT", "/v1/messages", "GET, HEAD, POST"), ("GET", "/v1/messages:batch", "POST"),
        ("POST", "/v1/messages/x", "DELETE, GET, HEAD"),
        ("GET", "/v1/messages/x/redrive", "POST"), ("GET", "/v1/redrive", "POST"),
        ("PATCH", "/v1/messages", "GET, HEAD, POST"),
    ])
    func `a wrong method on the messages API is 405 and says which are right`(
        method: String,
        path: String,
        allowed: String
    ) async throws {
        let answer = try await stage.weir.api.call(method, path)
        #expect(answer.status == 405)
        #expect(answer.error == "method_not_allowed")
        #expect(answer.header("allow") == allowed)
    }

    @Test(arguments: ["/metrics", "/healthz", "/readyz", "/readyz/messages", "/v1/state"])
    func `HEAD is a GET without its body`(path: String) async throws {
        let head = try await stage.weir.admin.call("HEAD", path)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect((head.header("content-length").flatMap { Int($0) } ?? 0) > 0)
    }
}
