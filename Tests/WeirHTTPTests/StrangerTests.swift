import HTTPServing
import Testing
import Weir

@testable import WeirHTTP

/// What the log is told of whoever is on the other end.
struct StrangerTests {
    static let requests: [(method: String, path: String, listener: Route.Listener, action: String?)] = [
        ("POST", "/v1/apps/shop/pause", .admin, "pause"), ("POST", "/v1/apps/shop/resume?x=1", .admin, "resume"),
        ("POST", "/v1/apps/shop/%1b%5b2J", .admin, "other"),
        ("POST", "/v1/breakers/shop~h~g/open", .admin, "breaker_open"),
        ("POST", "/v1/breakers/shop~h~g/auto", .admin, "breaker_auto"), ("POST", "/v1/breakers/x/y", .admin, "other"),
        ("POST", "/v1/reload", .admin, "reload"), ("GET", "/v1/state", .admin, nil), ("GET", "/metrics", .admin, nil),
        ("POST", "/v1/state", .admin, nil), ("HEAD", "/v1/state", .admin, nil), ("POST", "/v1/nowhere", .admin, nil),
        ("DELETE", "/v1/messages/1", .api, "cancel"), ("POST", "/v1/messages/1/redrive", .api, "redrive"),
        ("POST", "/v1/redrive", .api, "redrive"), ("POST", "/v1/messages", .api, nil),
        ("POST", "/v1/messages:batch", .api, nil), ("POST", "/v1/alerts", .api, nil),
        ("POST", "/cgi-bin/message/template/send", .api, nil),
    ]

    @Test(arguments: requests)
    func `what changes something is an action, and what asks or hands over is none`(
        _ request: (method: String, path: String, listener: Route.Listener, action: String?)
    ) {
        let asked = IncomingRequest(method: request.method, target: request.path)
        let destination = Route.destination(of: asked.path, on: request.listener)
        let action = asked.action(at: destination, by: "loopback", on: request.listener, status: 200)
        #expect(action?.action == request.action)
        #expect(action?.path.contains("?") != true)
    }

    /// Whoever adds a path that changes something has it in the log, too.
    @Test func `every path of the admin listener that is not only asked is an action`() {
        for route in Route.all where route.listeners == [.admin] && route.methods != ["GET"] {
            let path = route.pattern.replacing("{", with: "").replacing("}", with: "")
            let method = route.methods.first { $0 != "GET" } ?? ""
            let asked = IncomingRequest(method: method, target: path)
            let destination = Route.destination(of: asked.path, on: .admin)
            #expect(asked.action(at: destination, by: "x", on: .admin, status: 200) != nil)
        }
    }

    @Test func `a proxy's word for somebody else is not believed`() {
        let headers = [("X-Forwarded-For", "8.8.8.8"), ("Forwarded", "for=8.8.8.8"), ("User-Agent", "curl/8\t\u{7}")]
        let request = IncomingRequest(
            method: "GET",
            target: "/cgi-bin/token?appid=wx1234567890abcdef&secret=S",
            headers: headers.map { (name: $0.0, value: $0.1) },
            peer: "10.0.0.9"
        )
        let stranger = request.stranger()
        #expect(stranger.peer == "10.0.0.9" && stranger.appID == "wx1234567890abcdef")
        #expect(stranger.userAgent == "curl/8\\u{9}\\u{7}")
    }
}
