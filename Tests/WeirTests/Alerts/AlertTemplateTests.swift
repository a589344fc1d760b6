import Testing

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertTemplateTests {
    private func filled(_ text: String, with value: String = "V") throws -> String {
        try AlertTemplate(text).filled { placeholder in
            switch placeholder {
            case .value(let name): "\(name.rawValue)=\(value)"
            case .label(let name): "label \(name)=\(value)"
            case .annotation(let name): "annotation \(name)=\(value)"
            }
        }
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("{status}", "status=V"),
        ("a {count} b {alertname}c", "a count=V b alertname=Vc"),
        ("{label.team}", "label team=V"), ("{annotation.x.y}", "annotation x.y=V"), ("{{}}", "{}"),
        ("{{status}}", "{status}"), ("{{{status}}}", "{status=V}"),
        ("{runbook_url}\n{externalURL}", "runbook_url=V\nexternalURL=V"),
        ("$x {{ .Labels }}", "$x { .Labels }"),
    ])
    func `placeholders are filled`(_ text: String, _ expected: String) throws {
        #expect(try filled(text) == expected)
    }

    @Test(arguments: ["{status}", "{{ .Labels.x }}", "${HOME}", "}", "%s \\n {alertname}"])
    func `what is put in is never looked at again`(_ value: String) throws {
        #expect(try filled("<{alertname}>", with: value) == "<alertname=\(value)>")
    }

    @Test(
        arguments: [
            ("{statsu}", .unknown("statsu")), ("{}", .unknown("")), ("{ status }", .unknown(" status ")),
            ("{label.}", .unknown("label.")), ("{label}", .unknown("label")), ("{status", .lonelyBrace),
            ("status}", .lonelyBrace), ("{", .lonelyBrace), ("}", .lonelyBrace), ("{{}", .lonelyBrace),
        ] as [(String, AlertTemplateProblem)]
    )
    func `a wrong template is told`(_ text: String, _ problem: AlertTemplateProblem) {
        #expect(throws: problem) { try AlertTemplate(text) }
    }

    @Test func `the standard text is what it says it is`() throws {
        #expect(try AlertTemplate(AlertTemplate.standard.source) == .standard)
        #expect(try AlertTemplate(AlertTemplate.alertname.source) == .alertname)
        for own in [AlertTemplate.markdown, .cardBody, .title] { #expect(try AlertTemplate(own.source) == own) }
    }
}
