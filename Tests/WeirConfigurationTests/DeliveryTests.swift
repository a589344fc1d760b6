import Testing
import Weir
import WeirConfiguration

@Suite struct DeliveryTests {
    private static let secret = "delivery-0123456789"

    private static func file(_ subscribers: String, client: String = "") -> String {
        """
        server: {callback: "127.0.0.1:0"}
        apps:
          main: {appid: wx1, secret: s, callback: {path: /m, token: abc, mode: plain}}
          deaf: {appid: wx2, secret: t}
        clients:
          orders: {key: orders-0123456789\(client)}
        subscribers:
          crm: \(subscribers)
        """
    }

    @Test func `a subscriber is read with its address, secret, apps, events and form`() throws {
        let text = Self.file(
            "{url: \"https://CRM.internal/wechat?key=k\", secret: \(Self.secret), apps: [main], events: [CLICK, text], format: both}"
        )
        let read = Reading.read(text)
        let configuration = try #require(read.configuration, "\(read.problems)")
        let crm = try #require(configuration.subscribers["crm"])
        #expect(crm.address.text == "https://crm.internal/wechat?key=k" && crm.secret == Self.secret)
        #expect(crm.apps == ["main"] && crm.events == ["CLICK", "text"] && crm.format == .both)
        let shown = configuration.redactedLines.joined(separator: "\n")
        #expect(shown.contains("subscribers.crm.url: (secret)") && !shown.contains(Self.secret))
    }

    @Test func `every event of every app as JSON is the default, and loopback may be plain http`() throws {
        let read = Reading.read(Self.file("{url: \"http://127.0.0.1:1/\", secret: \(Self.secret)}"))
        let crm = try #require(read.configuration?.subscribers["crm"], "\(read.problems)")
        #expect(crm.apps == nil && crm.events == ["*"] && crm.format == .json)
    }

    @Test(arguments: [
        ("{secret: \(secret)}", "subscribers.crm: needs url"),
        ("{url: \"https://h/\"}", "subscribers.crm: needs secret"),
        ("{url: \"http://h/\", secret: \(secret)}", "subscribers.crm.url: may be plain http only to this machine"),
        ("{url: \"h/x\", secret: \(secret)}", "subscribers.crm.url: is not an address"),
        ("{url: \"ftp://h/\", secret: \(secret)}", "subscribers.crm.url: must begin with https://"),
        ("{url: \"https://h/..\", secret: \(secret)}", "subscribers.crm.url: has a path with"),
        ("{url: \"https://h/\", secret: short}", "subscribers.crm.secret: a key has 16 to 256 characters"),
        ("{url: \"https://h/\", secret: \(secret), apps: [other]}", "subscribers.crm.apps: there is no app"),
        ("{url: \"https://h/\", secret: \(secret), apps: [deaf]}", "subscribers.crm.apps: apps.deaf has no callback"),
        ("{url: \"https://h/\", secret: \(secret), events: []}", "subscribers.crm.events: names no event"),
        ("{url: \"https://h/\", secret: \(secret), events: [a-b]}", "subscribers.crm.events: `a-b` is no event's name"),
        (
            "{url: \"https://h/\", secret: \(secret), events: [CLICK, click]}",
            "subscribers.crm.events: `click` is listed twice"
        ),
        ("{url: \"https://h/\", secret: \(secret), format: xml}", "subscribers.crm.format: `xml` is none of"),
        ("{url: \"https://h/\", secret: \(secret), reply: true}", "subscribers.crm.reply: unknown key"),
    ])
    func `what is wrong with a subscriber is named`(_ subscriber: String, _ problem: String) {
        let problems = Reading.read(Self.file(subscriber)).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
        #expect(!problems.joined().contains(Self.secret))
    }

    @Test func `there is a bound of subscribers, and without a callback there is nothing to hear`() {
        let one = "{url: \"https://h/\", secret: \(Self.secret)}"
        let many = (1...33).map { "  s\($0): \(one)\n" }.joined()
        let problems = Reading.read(Self.file(one).replacing("  crm: \(one)", with: many)).problems.map(\.message)
        #expect(problems == ["subscribers: holds 33 subscribers; at most 32 are allowed"])
        let deaf = Reading.read(Reading.app + "subscribers: {crm: \(one)}\n").problems.map(\.message)
        #expect(deaf == ["subscribers: no app has a callback, so that no event comes: add apps.APP.callback"])
    }

    private static let crm = "{url: \"https://h/\", secret: \(secret)}"

    @Test func `a client's prefixes are read, with what signs`() throws {
        let own = ", callbacks: [\"https://orders.internal\", \"http://[::1]:8/x\"], callback_secret: \(Self.secret)"
        let read = Reading.read(Self.file(Self.crm, client: own))
        let client = try #require(read.configuration?.clients["orders"], "\(read.problems)")
        #expect(client.callbacks.map(\.text) == ["https://orders.internal/", "http://[::1]:8/x"])
        #expect(client.deliverySecret == Self.secret)
        let map = "map: {e: {type: custom, app: main, to: o, text: t}}"
        let events = ", callbacks: [\"https://orders.internal\"], events: {secret: [events-0123456789], \(map)}"
        let other = Reading.read(Self.file(Self.crm, client: events))
        let fallback = try #require(other.configuration?.clients["orders"], "\(other.problems)")
        #expect(fallback.deliverySecret == "events-0123456789")
    }

    @Test(arguments: [
        (", callbacks: [\"https://h/\"]", "clients.orders: callbacks need callback_secret"),
        (", callbacks: []", "clients.orders.callbacks: names no prefix"),
        (
            ", callbacks: [\"https://h/?x\"], callback_secret: \(secret)",
            "clients.orders.callbacks: is a prefix, which has no query"
        ),
        (
            ", callbacks: [\"http://h/\"], callback_secret: \(secret)",
            "clients.orders.callbacks: may be plain http only"
        ),
        (
            ", callbacks: [\"https://h\", \"https://h:443/\"], callback_secret: \(secret)",
            "clients.orders.callbacks: the same prefix again"
        ),
        (", callback_secret: short", "clients.orders.callback_secret: a key has 16 to 256 characters"),
    ])
    func `what is wrong with a client's prefixes is named`(_ client: String, _ problem: String) {
        let problems = Reading.read(Self.file(Self.crm, client: client)).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }
}
