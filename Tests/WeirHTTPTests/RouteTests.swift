import HTTPServing
import Testing
import Weir

@testable import WeirHTTP

/// The one table of Weir's own paths, on both listeners.
struct RouteTests {
    @Test func `the description names every path, with its methods and its listeners, and no other`() {
        // By method and path; an operation's own servers stand before its path's.
        var described: [String: String] = [:]
        var (path, operation, servers) = ("", "", "")
        var isInPaths = false
        for line in String(decoding: OpenAPIDocument.reply.body, as: UTF8.self).split(separator: "\n") {
            if !line.hasPrefix(" ") { isInPaths = line == "paths:" }
            guard isInPaths else { continue }
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
            }
            for method in ["get", "post", "delete"] where line == "    \(method):" {
                operation = "\(method.uppercased()) \(path)"
                described[operation] = servers
            }
            if line.hasPrefix("    servers:") { servers = String(line.dropFirst(14)) }
            if line.hasPrefix("      servers:") { described[operation] = String(line.dropFirst(16)) }
        }
        var routed: [String: [Route.Listener]] = [:]
        for route in Route.all {
            for method in route.methods { routed["\(method) \(route.pattern)", default: []] += route.listeners }
        }
        #expect(Set(described.keys) == Set(routed.keys))
        for (operation, listeners) in routed {
            let listener = listeners.count == 2 ? "both" : listeners == [.api] ? "api" : "admin"
            #expect(described[operation] == listener, "\(operation)")
        }
    }

    @Test(arguments: Route.Listener.allCases)
    func `a balancer hears of health on either listener, whoever it is`(_ listener: Route.Listener) async throws {
        let bench = try await HandlerBench(adminKey: "key")
        for method in ["GET", "HEAD"] {
            for path in ["/healthz", "/readyz", "/readyz/messages", "/openapi.yaml"] {
                let reply = await bench.answer(method, path, on: listener, host: "gateway.example")
                #expect(reply.status == 200 && !reply.text.hasPrefix("{"), "\(method) \(path)")
            }
        }
        bench.gateway.stopAccepting()
        #expect(await bench.answer("GET", "/healthz", on: listener).status == 200)
        #expect(await bench.answer("GET", "/readyz", on: listener).status == 503)
        #expect(await bench.answer("GET", "/readyz/messages", on: listener).status == 503)
    }

    @Test(arguments: ["TRACE", "OPTIONS", "PUT", "PATCH", "CONNECT", "get", "X"])
    func `a method that a path doesn't have is refused on every one of them`(_ method: String) async throws {
        let bench = try await HandlerBench()
        for route in Route.all {
            for listener in route.listeners {
                let reply = await bench.answer(method, route.pattern, on: listener)
                #expect(reply.status == 405 && reply.header("Allow") == route.allowed, "\(route.pattern)")
            }
        }
    }

    @Test func `Allow has HEAD where GET is`() {
        let allowed: [String: String] = Route.all.reduce(into: [:]) { allowed, route in
            for listener in route.listeners { allowed["\(listener) \(route.pattern)"] = route.allowed }
        }
        #expect(allowed["api /v1/messages"] == "GET, HEAD, POST")
        #expect(allowed["admin /v1/messages"] == "GET, HEAD")
        #expect(allowed["api /v1/messages/{id}"] == "DELETE, GET, HEAD")
        #expect(allowed["api /v1/messages:batch"] == "POST")
        #expect(allowed["admin /healthz"] == "GET, HEAD")
    }

    @Test(arguments: [
        "/v1", "/v1/", "/v1/nowhere", "/v1/messages/", "/v1/state", "/v1/messages/a/b/c", "/v1/messages%3Abatch",
    ])
    func `an unknown path under v1 is 404 and goes nowhere`(_ path: String) async throws {
        let bench = try await HandlerBench()
        let reply = await bench.answer("GET", path)
        #expect(reply.status == 404 && reply.text.contains("not_found"))
        #expect(Route.destination(of: path[...], on: .admin) != .relay)
    }

    @Test(arguments: ["/healthzz", "/healthz/", "/cgi-bin/token", "/v12", "/metrics", ""])
    func `what isn't Weir's own is WeChat's on the api listener`(_ path: String) {
        #expect(Route.destination(of: path[...], on: .api) == .relay)
    }
}
