import Intake
import Testing
import WeChat

@testable import Eventing

@Suite struct EventTemplateTests {
    private static let event = """
        {"event_type":"order.shipped","id":"e1","payload":{"name":"Tea & <Cake> \\"x\\"","n":12345678901234567890,"price":1.50,"yes":true,
         "no":false,"nothing":null,"empty":"","order":{"number":"A-1","tags":["new","gift"]},"none":[],"code":"ab",
         "items":[{"name":"one","n":1},{"name":"two","price":2}],"tag":"{{payload.code}}","name2":"outer"}}
        """

    private func fill(_ template: String, _ event: String = event) throws -> String {
        try EventTemplate(template).text(filledFrom: SignedEvent(Array(event.utf8), .json))
    }

    private static let filled: [(template: String, text: String)] = [
        ("plain", "plain"), ("", ""), ("{{payload.name}}", #"Tea & <Cake> "x""#),
        ("{{{payload.name}}}", #"Tea & <Cake> "x""#),
        ("{{& payload.name }}|{{ event_type }}|{{id}}", #"Tea & <Cake> "x"|order.shipped|e1"#),
        ("{{payload.n}} {{payload.price}} {{payload.yes}}", "12345678901234567890 1.50 true"),
        ("{{payload.order.number}}", "A-1"), ("[{{payload.empty}}]", "[]"),
        // What stands in an event is no template.
        ("{{payload.tag}}", "{{payload.code}}"),
        ("{{#payload.items}}{{name}} {{/payload.items}}", "one two "),
        ("{{#payload.items}}{{index()}}={{name}}{{^last()}}, {{/last()}}{{/payload.items}}", "0=one, 1=two"),
        // From inside out, and dots only from where the first part was found.
        ("{{#payload.items}}{{name}}/{{payload.order.number}} {{/payload.items}}", "one/A-1 two/A-1 "),
        ("{{#payload.order.tags}}{{.}}{{^last()}}+{{/last()}}{{/payload.order.tags}}", "new+gift"),
        ("{{#payload.order}}{{number}}{{/payload.order}}", "A-1"),
        ("{{#payload.yes}}y{{/payload.yes}}{{#payload.no}}n{{/payload.no}}{{^payload.no}}N{{/payload.no}}", "yN"),
        ("{{#payload.gone}}g{{/payload.gone}}{{^payload.gone}}G{{/payload.gone}}", "G"),
        ("{{#payload.nothing}}g{{/payload.nothing}}{{^payload.nothing}}G{{/payload.nothing}}", "G"),
        ("{{#payload.none}}g{{/payload.none}}{{^payload.none}}G{{/payload.none}}", "G"),
        ("{{uppercased(payload.code)}}{{count(payload.items)}}{{first(payload.order.tags)}}", "AB2new"),
        ("{{#last(payload.items)}}{{name}}{{/last(payload.items)}}", "two"),
        ("{{#reversed(payload.items)}}{{name}}{{/reversed(payload.items)}}", "twoone"),
        ("{{#empty(payload.none)}}e{{/empty(payload.none)}}", "e"), ("a{{! a comment }}b", "ab"),
    ]

    @Test(arguments: filled)
    func `a text is filled from the event, and nothing is escaped`(_ template: String, _ text: String) throws {
        #expect(try fill(template) == text)
    }

    private static let gaps: [(template: String, path: String, reason: EventProblem.Reason)] = [
        ("{{payload.gone}}", "payload.gone", .missing), ("{{payload.order.gone}}", "payload.order.gone", .missing),
        ("{{payload.gone.deeper}}", "payload.gone", .missing),
        ("{{payload.name.deeper}}", "payload.name.deeper", .missing),
        ("{{payload.nothing}}", "payload.nothing", .isNull), ("{{payload.order}}", "payload.order", .isNoText),
        ("{{payload.items}}", "payload.items", .isNoText), ("{{payload}}", "payload", .isNoText),
        ("{{uppercased(payload.gone)}}", "payload.gone", .missing),
        ("{{count(payload.name)}}", "payload.name", .isNoList),
        ("{{uppercased(payload.items)}}", "payload.items", .isNoList),
        ("{{first(payload.none)}}", "payload.none[0]", .missing),
        ("{{#payload.items}}{{n}}{{/payload.items}}", "n", .missing),
        ("{{#payload.items}}{{payload.gone}}{{/payload.items}}", "payload.gone", .missing),
        ("{{#payload.order}}{{order.number}}{{/payload.order}}", "order.number", .missing),
        ("{{#payload.items}}{{.}}{{/payload.items}}", "payload.items[0]", .isNoText),
        // The properties of Weir's own types are nobody's names.
        ("{{#payload.code}}{{text}}{{/payload.code}}", "text", .missing),
        // The first is told.
        ("{{payload.one}}{{payload.two}}", "payload.one", .missing),
    ]

    @Test(arguments: gaps)
    func `a variable that can't be shown is named`(
        _ template: String,
        _ path: String,
        _ reason: EventProblem.Reason
    ) {
        #expect(throws: EventProblem(reason, at: path)) { try fill(template) }
    }

    private static let refused: [(template: String, problem: EventTemplateProblem)] = [
        ("{{payload.x", .openTag), ("{{{payload.x}}", .openTag), ("{{}}", .notAName("")),
        ("{{payload..x}}", .notAName("payload..x")),
        ("{{.payload}}", .notAName(".payload")), ("{{.}}", .notAName(".")), ("{{payload.名}}", .notAName("payload.名")),
        ("{{payload*x}}", .notAName("payload*x")), ("{{index()}}", .notAName("index()")),
        ("{{payload.x)}}", .notAName("payload.x)")), ("{{paylod.x}}", .unknownRoot("paylod.x")),
        ("{{item}}", .unknownRoot("item")),
        ("{{plusone(payload.x)}}", .unknownTransform("plusone")), ("{{> part}}", .notTaken(">")),
        ("{{<part}}{{/part}}", .notTaken("<")),
        ("{{$block}}{{/block}}", .notTaken("$")), ("{{=<% %>=}}", .notTaken("=")),
        ("{{% CONTENT_TYPE:HTML}}", .notTaken("%")),
        ("{{#payload.x}}", .unbalanced("payload.x")), ("{{/payload.x}}", .unbalanced("payload.x")),
        ("{{#payload.x}}{{/payload.y}}", .unbalanced("payload.y")),
        (String(repeating: "{{#payload.x}}", count: 9), .tooDeep),
    ]

    @Test(arguments: refused)
    func `a tag that can't be taken is refused before there is an event`(
        _ template: String,
        _ problem: EventTemplateProblem
    ) {
        #expect(throws: problem) { try EventTemplate(template) }
        #expect(!problem.words.isEmpty)
    }

    private static let large: [(payload: String, template: String, reason: EventProblem.Reason)] = [
        (
            "[\(Array(repeating: "1", count: 1001).joined(separator: ","))]", "{{#payload.x}}{{.}}{{/payload.x}}",
            .listTooLong
        ),
        (
            "[\(Array(repeating: "1", count: 101).joined(separator: ","))]", "{{#payload.x}}{{.}}{{/payload.x}}",
            .tooMany
        ),
        (
            "[\(Array(repeating: "1", count: 11).joined(separator: ","))]",
            "{{#payload.x}}{{#payload.x}}{{.}}{{/payload.x}}{{/payload.x}}", .tooMany
        ),
        ("\"\(String(repeating: "a", count: 40_000))\"", "{{payload.x}}{{payload.x}}", .tooLong),
    ]

    @Test(arguments: large)
    func `what one text shows is bounded`(_ value: String, _ template: String, _ reason: EventProblem.Reason) {
        let event = #"{"event_type":"t","payload":{"x":\#(value)}}"#
        #expect { try fill(template, event) } throws: { ($0 as? EventProblem)?.reason == reason }
    }

    @Test func `a rule makes the body that its type has, and a sample shows what it lacks`() throws {
        let event = try SignedEvent(Array(Self.event.utf8), .json)
        var rule = EventRule(app: "main", type: .template, to: try EventTemplate("{{payload.code}}"))
        #expect(rule.sampleProblems().map(\.field) == ["template_id"])
        rule.templateID = "T"
        rule.data = [EventRule.Field(name: "thing1", value: try EventTemplate("{{payload.name}}"))]
        rule.url = try EventTemplate("https://x/{{payload.order.number}}")
        #expect(rule.sampleProblems().isEmpty)
        #expect(
            String(decoding: try rule.message(for: event), as: UTF8.self)
                == #"{"touser":"ab","template_id":"T","url":"https://x/A-1","data":{"thing1":{"value":"Tea & <Cake> \"x\""}}}"#
        )
        var custom = EventRule(app: "main", type: .custom, to: try EventTemplate("{{payload.code}}"))
        #expect(custom.sampleProblems().map(\.field) == ["text.content"])
        custom.text = try EventTemplate("{{payload.price}}")
        #expect(
            String(decoding: try custom.message(for: event), as: UTF8.self)
                == #"{"touser":"ab","msgtype":"text","text":{"content":"1.50"}}"#
        )
    }
}
