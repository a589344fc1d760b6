import Testing

/// `server.admin_key`.
struct AdminKeyTests {
    private static let key = "admin-key-0123456789abcdef"

    @Test func `with a key only whoever has it gets past metrics and health`() async throws {
        let stage = try await Stage.start { $0.server = ", admin_key: \"\(Self.key)\"" }
        for path in ["/metrics", "/healthz", "/readyz", "/readyz/messages"] {
            #expect(try await stage.weir.admin.get(path).status == 200, "\(path)")
        }
        for (method, path) in [
            ("GET", "/"), ("GET", "/v1/state"), ("POST", "/v1/reload"), ("POST", "/v1/apps/main/pause"),
        ] {
            for value in [nil, "Bearer wrong", Self.key, "Bearer \(Self.key)x", "Bearer \(Self.key.dropLast())"] {
                let headers = value.map { [(name: "Authorization", value: $0)] } ?? []
                let refused = try await stage.weir.admin.call(method, path, headers: headers)
                #expect(refused.status == 401, "\(method) \(path)")
                #expect(refused.error == "unauthorized")
                #expect(refused.header("www-authenticate")?.hasPrefix("Bearer") == true)
                #expect(!refused.text.contains(Self.key))
            }
            let served = try await stage.weir.admin.call(
                method,
                path,
                headers: [("Authorization", "Bearer \(Self.key)")]
            )
            #expect(served.status == 200, "\(method) \(path)")
        }
    }

    @Test func `a reload changes the key`() async throws {
        let stage = try await Stage.start { $0.server = ", admin_key: \"\(Self.key)\"" }
        var settings = stage.settings
        settings.server = ", admin_key: \"another-\(Self.key)\""
        try settings.write()
        let answer = try await stage.weir.admin.call(
            "POST",
            "/v1/reload",
            headers: [("Authorization", "Bearer \(Self.key)")]
        )
        #expect(answer.status == 200)
        #expect(!answer.text.contains(Self.key))
        let old = try await stage.weir.admin.call(
            "GET",
            "/v1/state",
            headers: [("Authorization", "Bearer \(Self.key)")]
        )
        let new = try await stage.weir.admin.call(
            "GET",
            "/v1/state",
            headers: [("Authorization", "Bearer another-\(Self.key)")]
        )
        // server.admin_key is read at start only, as docs/configuration.md says.
        #expect([old.status, new.status].sorted() == [200, 401])
        #expect(answer.text.contains("restart") == (old.status == 200))
    }
}
