import HTTPServing
import Testing
import Weir

@testable import WeirHTTP

/// Whom both listeners trust without a key.
struct DirectRequestTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.0.0.1:8080", true), ("127.255.3.4:1", true), ("localhost", true),
        ("LocalHost:8081", true), ("weir.localhost:80", true), ("[::1]", true), ("[::1]:8080", true),
        ("evil.example", false), ("127.0.0.1.evil.example", false), ("127.evil.example:80", false),
        ("localhost.evil.example", false), ("notlocalhost", false), ("10.0.0.1", false), ("127.0.0.256", false),
        ("127.0.0", false), ("127.0.0.1:8080@evil.example", false), ("evil.example:80#127.0.0.1", false),
        ("[::2]", false), ("[::1]evil", false), ("[::1", false), ("", false), ("0127.0.0.1", false),
        ("128.0.0.1", false), ("127.0.0.+1", false), ("127..0.1", false),
    ])
    func `only a host that means this machine is one`(_ host: String, _ isLoopback: Bool) {
        #expect(LoopbackHost.isLoopback(host) == isLoopback)
    }

    @Test(arguments: [
        ([("Host", "127.0.0.1:8080")], true), ([("Host", "evil.example")], false), ([], false),
        ([("Host", "localhost"), ("Host", "evil.example")], false),
        ([("Host", "localhost"), ("Origin", "http://localhost")], false),
        ([("Host", "localhost"), ("Sec-Fetch-Site", "cross-site")], false),
        ([("Host", "localhost"), ("Sec-Fetch-Site", "same-site")], false),
        ([("Host", "localhost"), ("Sec-Fetch-Site", "none")], true),
        ([("Host", "localhost"), ("sec-fetch-site", "same-origin")], true),
        ([("Host", "localhost"), ("Forwarded", "for=1.2.3.4")], false),
        ([("Host", "localhost"), ("X-Forwarded-Proto", "https")], false),
    ])
    func `a page, a proxy and a rebound name are not direct`(_ headers: [(String, String)], _ isDirect: Bool) {
        let headers = headers.map { (name: $0.0, value: $0.1) }
        #expect(IncomingRequest(method: "GET", target: "/", headers: headers).isDirect == isDirect)
        let far = IncomingRequest(method: "GET", target: "/", headers: headers, isLoopback: false)
        #expect(!far.isDirect)
    }

    @Test func `an absolute target's host counts as well`() {
        let headers = [(name: "Host", value: "localhost")]
        #expect(!IncomingRequest(method: "GET", target: "http://evil.example/v1/state", headers: headers).isDirect)
        #expect(IncomingRequest(method: "GET", target: "http://localhost:80/v1/state", headers: headers).isDirect)
    }

    @Test func `a rebound page reads neither messages nor state, and health and metrics stay open`() async throws {
        let bench = try await HandlerBench()
        for (listener, path) in [(Route.Listener.api, "/v1/messages"), (.admin, "/v1/state"), (.admin, "/")] {
            #expect(await bench.answer("GET", path, on: listener).status == 200)
            #expect(await bench.answer("GET", path, on: listener, host: "evil.example:8080").status == 403)
            let marked = await bench.answer("GET", path, on: listener, [("Sec-Fetch-Site", "cross-site")])
            #expect(marked.status == 403)
        }
        #expect(await bench.answer("POST", "/v1/reload", on: .admin, host: "evil.example").status == 403)
        for route in Route.all where route.isAboutMessages && route.listeners.contains(.admin) {
            for method in route.methods {
                let rebound = await bench.answer(method, route.pattern, on: .admin, host: "evil.example")
                #expect(rebound.status == 403, "\(method) \(route.pattern)")
                for mark in [
                    ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example"), ("Forwarded", "for=1.2.3.4"),
                ] {
                    let marked = await bench.answer(method, route.pattern, on: .admin, [mark])
                    #expect(marked.status == 403, "\(method) \(route.pattern) \(mark.0)")
                }
            }
        }
        #expect(
            await bench.answer("POST", "/v1/messages", host: "evil.example", body: HandlerBench.message).status == 403
        )
        #expect(await bench.answer("GET", "/metrics", on: .admin, host: "prometheus.example").status == 200)
    }

    @Test func `whoever has the key may come by any name`() async throws {
        let bench = try await HandlerBench(adminKey: "sesame") {
            $0.clients["orders"] = ClientConfiguration(keys: ["KEY"])
        }
        let key = [(name: "Authorization", value: "Bearer KEY")]
        #expect(await bench.answer("GET", "/v1/messages", key, host: "weir.example").status == 200)
        let admin = [(name: "Authorization", value: "Bearer sesame")]
        #expect(await bench.answer("GET", "/v1/state", on: .admin, admin, host: "weir.example").status == 200)
    }
}
