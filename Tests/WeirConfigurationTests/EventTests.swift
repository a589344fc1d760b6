import Queueing
import Testing
import WeChat
import Weir
import WeirConfiguration

/// `clients.CLIENT.events`.
@Suite struct EventTests {
    private static let secret = "0123456789abcdef"

    private static func file(_ events: String, client: String = "") -> String {
        Reading.app
            + "  two: {appid: wx2, secret: t}\nclients:\n  shop: {key: key-0123456789abcdef\(client), events: \(events)}\n"
    }

    @Test func `every key reaches its value`() throws {
        let read = Reading.read(
            Self.file(
                """
                {secret: [\(Self.secret), "${OLD}"], map: {
                    order.shipped: {app: main, type: template, template_id: T, to: "{{payload.openid}}", priority: high,
                      retry_class: async, data: {thing1: "{{payload.item}}", time2: now}, url: "https://x/{{payload.n}}"},
                    b: {app: two, type: mini_program, template_id: T, to: o, page: "p/{{id}}", data: {a1: x}},
                    c: {app: two, type: custom, to: o, text: "{{event_type}}"}}}
                """
            ),
            environment: ["OLD": "old-secret-0123456789"]
        )
        #expect(read.problems == [])
        let events = try #require(read.configuration?.clients["shop"]?.events)
        #expect(events.secrets == [Self.secret, "old-secret-0123456789"])
        var shipped = EventRule(app: "main", type: .template, to: try EventTemplate("{{payload.openid}}"))
        (shipped.templateID, shipped.priority, shipped.retryClass) = ("T", .high, "async")
        shipped.data = [
            EventRule.Field(name: "thing1", value: try EventTemplate("{{payload.item}}")),
            EventRule.Field(name: "time2", value: try EventTemplate("now")),
        ]
        shipped.url = try EventTemplate("https://x/{{payload.n}}")
        #expect(events.map["order.shipped"] == shipped)
        #expect(events.map["b"]?.page?.source == "p/{{id}}" && events.map["b"]?.type == .miniProgram)
        #expect(events.map["c"]?.text?.source == "{{event_type}}" && events.map["c"]?.app == "two")
    }

    @Test func `the one app that the client may use need not be named`() throws {
        let read = Reading.read(
            Self.file("{secret: \(Self.secret), map: {a: {type: custom, to: o, text: x}}}", client: ", apps: [two]")
        )
        #expect(read.configuration?.clients["shop"]?.events?.map["a"]?.app == "two")
    }

    private static let bad: [(events: String, client: String, problem: String)] = [
        ("{map: {a: {app: main, type: custom, to: o, text: x}}}", "", "events: needs secret"),
        ("{secret: short, map: {a: {app: main, type: custom, to: o, text: x}}}", "", "16 to 256 characters"),
        ("{secret: \(secret)}", "", "events: needs map"), ("{secret: \(secret), map: {}}", "", "names no event type"),
        ("{secret: \(secret), map: {a: {app: main, to: o, text: x}}}", "", "map.a: needs type"),
        (
            "{secret: \(secret), map: {a: {app: main, type: mass, to: o, text: x}}}", "",
            "none of template, subscribe, mini_program, custom"
        ),
        ("{secret: \(secret), map: {a: {type: custom, to: o, text: x}}}", "", "map.a: needs app"),
        ("{secret: \(secret), map: {a: {app: gone, type: custom, to: o, text: x}}}", "", "none of main, two"),
        ("{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: x}}}", ", apps: [two]", "none of two"),
        ("{secret: \(secret), map: {a: {app: main, type: custom, text: x}}}", "", "map.a: needs to"),
        ("{secret: \(secret), map: {a: {app: main, type: custom, to: o}}}", "", "map.a: needs text"),
        ("{secret: \(secret), map: {a: {app: main, type: template, template_id: T, to: o}}}", "", "map.a: needs data"),
        (
            "{secret: \(secret), map: {a: {app: main, type: template, to: o, data: {a1: x}}}}", "",
            "map.a: needs template_id"
        ),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: x, url: y}}}", "",
            "url: does not belong to such a message"
        ),
        ("{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: x, colour: y}}}", "", "unknown key"),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: '{{paylod.x}}', text: x}}}", "",
            "names nothing of an event"
        ),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: '{{#payload.x}}'}}}", "",
            "is not closed"
        ),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: x, priority: high}}}",
            ", max_priority: low", "above the client's"
        ),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: x, retry_class: gone}}}", "",
            "retry_class"
        ),
        // What only a sample shows: a text that may be empty, an openid of any length.
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: o, text: '{{^payload.x}}x{{/payload.x}}'}}}",
            "",
            "of a sample event, text.content must not be empty"
        ),
        (
            "{secret: \(secret), map: {a: {app: main, type: custom, to: '\(String(repeating: "o", count: 129))', text: x}}}",
            "",
            "of a sample event, touser must have 1 to 128"
        ),
    ]

    @Test(arguments: bad)
    func `a rule that can't be right is a problem with its place`(_ events: String, _ client: String, _ problem: String)
    {
        let problems = Reading.problems(Self.file(events, client: client))
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
        #expect(problems.allSatisfy { $0.contains("clients.shop.events") }, "\(problems)")
    }
}
