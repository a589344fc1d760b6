import Testing

/// Requests that are wrong before anybody looks at a message.
struct BadInputRequestTests {
    @Test func `a header of 64 KB is 431 on both listeners`() async throws {
        let stage = try await Stage.start()
        let header = [(name: "X-Large", value: String(repeating: "x", count: 64_000))]
        for endpoint in [stage.weir.api, stage.weir.admin] {
            #expect(try await endpoint.call("GET", "/v1/messages", headers: header).status == 431)
            #expect(try await endpoint.call("GET", "/" + String(repeating: "a", count: 64_000)).status == 431)
        }
        #expect(try await stage.weir.api.get("/v1/messages").status == 200)
        #expect(try await stage.weir.admin.get("/healthz").status == 200)
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Bearer wrong-key-0123456789", "Basic b3JkZXJzOmtleQ==",
        "key-of-orders-0123456789abcdef",
    ])
    func `without a client's key nothing is served`(authorization: String?) async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        let headers = authorization.map { [(name: "Authorization", value: $0)] } ?? []
        for (method, target) in [
            ("GET", "/v1/messages"), ("POST", "/v1/messages"), ("POST", "/v1/messages:batch"), ("POST", "/v1/redrive"),
        ] {
            let answer = try await stage.weir.api.call(
                method,
                target,
                headers: headers,
                body: method == "POST" ? "{}" : nil
            )
            #expect(answer.status == 401, "\(method) \(target)")
            #expect(answer.error == "unauthorized")
            #expect(answer.header("www-authenticate")?.hasPrefix("Bearer") == true)
            #expect(!answer.text.contains("wrong-key"))
        }
        #expect(
            try await stage.weir.api.call("GET", "/v1/messages", headers: Stage.authorization(of: "orders")).status
                == 200
        )
    }

    @Test(arguments: ["Forwarded", "X-Forwarded-For", "x-forwarded-proto"])
    func `where no clients are configured forwarded requests are refused`(header: String) async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.api.call("GET", "/v1/messages", headers: [(header, "for=10.0.0.1")])
        #expect(answer.status == 403)
        #expect(answer.error == "forbidden")
        #expect(answer.message.contains("add `clients`"))
        #expect(try await stage.weir.api.get("/v1/messages").status == 200)
        #expect(stage.weir.process.lines.contains { $0.contains("no clients are configured") })
    }

    @Test func `an app that is another client's is 403`() async throws {
        let stage = try await Stage.start { settings in
            settings.sections = Stage.clients(["orders": "", "billing": ", apps: [second]"])
            settings.apps = """
                  second:
                    appid: wxsecond
                    secret: fedcba9876543210fedcba9876543210
                    hosts: ["http://127.0.0.1:\(settings.upstream)"]
                """
        }
        let message = Message.template(to: "o-1", members: #","app":"main""#)
        let answer = try await stage.weir.send(message, headers: Stage.authorization(of: "billing"))
        #expect(answer.status == 403)
        #expect(answer.error == "forbidden")
        #expect(answer.field == "app")
        let several = try await stage.weir.send(.template(to: "o-1"), headers: Stage.authorization(of: "orders"))
        #expect(several.status == 422)
        #expect(several.field == "app")
    }

    @Test(arguments: [
        ("/cgi-bin/token?grant_type=client_credential&appid=wx1234567890abcdef&secret=wrong"),
        ("/cgi-bin/user/info?openid=o-1"),
        ("/cgi-bin/user/info?access_token=weir1.main.orders.AAAA&openid=o-1"),
    ])
    func `on the relay who is nobody's client gets 990006 or WeChat's own refusal`(target: String) async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.api.get(target)
        #expect(answer.status == 200)
        #expect((answer.errcode ?? 0) != 0)
        #expect(answer.json?["errmsg"]?.string?.isEmpty == false)
        #expect(!answer.text.contains("wrong"))
        #expect(try await stage.sandbox.requests("/cgi-bin/user/info").isEmpty)
    }

    @Test func `a relayed body over 20 MiB is 990008 and names its limit`() async throws {
        let stage = try await Stage.start()
        let token = try await stage.weir.token()
        let target = "/cgi-bin/media/upload?type=image&access_token=\(token)"
        let answer = try await stage.weir.api.call("POST", target, bytes: [UInt8](repeating: 120, count: 20 << 20 | 1))
        #expect(answer.errcode == 990_008)
        #expect(answer.json?["errmsg"]?.string?.contains("20 MiB") == true)
        #expect(try await stage.weir.admin.get("/healthz").status == 200)
    }
}
