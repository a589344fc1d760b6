import Foundation
import Resilience
import TestSupport
import Testing
import Weir

@testable import WeirConfiguration

/// The files that users start from, and the page that explains them.
@Suite struct ExampleTests {
    @Test(arguments: ["weir.yml", "weir.minimal.yml"])
    func `each example reads without a problem or warning`(_ name: String) throws {
        let read = Reading.read(try Checkout.text("examples/\(name)"), environment: environment)
        #expect(read.problems == [])
        #expect(read.warnings == [])
        #expect(read.configuration?.apps.keys.sorted() == ["main"])
    }

    @Test func `the full example holds the defaults`() throws {
        var read = try #require(
            Reading.read(try Checkout.text("examples/weir.yml"), environment: environment).configuration
        )
        let minimal = try #require(
            Reading.read(try Checkout.text("examples/weir.minimal.yml"), environment: environment).configuration
        )
        #expect(read.clients.count == 1)
        read.clients = [:]
        #expect(read == minimal)
    }

    @Test func `what is commented out in the full example works`() throws {
        let text = try Checkout.text("examples/weir.yml")
            .replacing("    secret: \"${WEIR_MAIN_SECRET}\"\n", with: "")
            .replacing(#/(?m)^( *)# (?=[a-z_]+: |/cgi)/#) { String($0.output.1) }
        let files: [String: [UInt8]] = [
            "main.secret": Array("s".utf8), "corporate-ca.pem": Array("-----BEGIN CERTIFICATE-----".utf8),
        ]
        let read = Reading.read(text, environment: environment, files: files)
        #expect(read.problems == [])
        #expect(read.configuration?.retry.classes["campaign"]?.maxAge == .seconds(12 * 3600))
        #expect(read.configuration?.upstream.caFile == "corporate-ca.pem")
    }

    @Test(arguments: ConfigurationKey.paths)
    func `each key stands in the documentation and in the full example`(_ path: String) throws {
        let key = try #require(path.split(separator: ".").last.map(String.init))
        let isPlaceholder = key.allSatisfy(\.isUppercase)
        if isPlaceholder { return }
        let example = try Checkout.text("examples/weir.yml")
        #expect(example.contains(try Regex("(^|[ {\n])\(key):")), "\(path)")
        let section = try section(of: path)
        let isSection = ConfigurationKey.paths.contains { $0.hasPrefix(path + ".") }
        #expect(isSection || section.contains("\(key)`"), "\(path)")
    }

    @Test func `each key in the documentation's tables is one that the reader knows`() throws {
        let keys = Set(ConfigurationKey.paths.flatMap { $0.split(separator: ".").map(String.init) })
        var count = 0
        for section in try Checkout.text("docs/configuration.md").split(separator: "\n## ").dropFirst(2) {
            for row in section.split(separator: "\n") where row.hasPrefix("| `") {
                let key = row.dropFirst(3).prefix { $0 != "`" }
                #expect(key.split(separator: ".").allSatisfy { keys.contains(String($0)) }, "\(row)")
                count += 1
            }
        }
        #expect(count > 40)
    }

    @Test func `the documentation marks what needs a restart, and nothing else`() throws {
        var configuration = GatewayConfiguration()
        configuration.tracing.headers = ["name": "value"]
        let fixed = ConfigurationSettings.list(configuration).filter(\.needsRestart).map(\.key)
        for section in try Checkout.text("docs/configuration.md").split(separator: "\n## ").dropFirst(2) {
            let name = section.prefix { $0 != "\n" }.filter { $0 != "`" }
            for row in section.split(separator: "\n") where row.hasPrefix("| `") {
                let key = row.dropFirst(3).prefix { $0 != "`" }
                let path = ["apps", "clients"].contains(name) ? "\(name).main.\(key)" : "\(name).\(key)"
                let isFixed = fixed.contains { $0 == path || $0.hasPrefix(path + ".") }
                #expect(row.contains("**R**") == isFixed, "\(path)")
            }
        }
    }

    @Test func `the documentation's examples read without a problem`() throws {
        let blocks = try Checkout.text("docs/configuration.md").split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first
        }
        #expect(blocks.count == 5)
        for block in blocks {
            let text = block.hasPrefix("apps:") ? String(block) : Reading.app + block
            let read = Reading.read(text, environment: environment, files: ["/run/secrets/main": Array("s".utf8)])
            #expect(read.problems == [], "\(block)")
        }
    }

    @Test func `no beginning of an example stops the reader`() throws {
        let text = try Checkout.text("examples/weir.yml")
        for length in 0...text.unicodeScalars.count {
            let prefix = String(text.unicodeScalars.prefix(length))
            // Inside a comment nothing changes but the comment.
            if isInComment(prefix) { continue }
            let read = Reading.read(prefix, environment: environment)
            #expect((read.configuration == nil) == !read.problems.isEmpty)
        }
    }

    @Test func `no changed character stops the reader`() throws {
        let text = Array(try Checkout.text("examples/weir.yml").unicodeScalars)
        let scalars = Array("{}[]:,#&*!|>'\"%@`$-?\t\n\r \0é\u{2028}\u{FEFF}0a".unicodeScalars)
        for index in text.indices where index % 3 == 0 {
            var changed = text
            changed[index] = scalars[index % scalars.count]
            let read = Reading.read(String(String.UnicodeScalarView(changed)), environment: environment)
            #expect((read.configuration == nil) == !read.problems.isEmpty)
        }
    }

    private let environment = [
        "WEIR_MAIN_SECRET": "0123456789abcdef0123456789abcdef", "ORDERS_KEY": "orders-0123456789",
        "CAMPAIGNS_KEY": "campaigns-012345",
        "ORDERS_OLD_KEY": "orders-9876543210", "WEIR_ADMIN_KEY": "admin-0123456789",
        "DING_TOKEN": "ding-token", "DING_SECRET": "SECding", "WECOM_KEY": "wecom-key",
        "COLLECTOR_KEY": "collector-0123456789",
    ]

    private func isInComment(_ text: String) -> Bool {
        text.split(separator: "\n", omittingEmptySubsequences: false).last?.contains("# ") == true
    }

    private func section(of path: String) throws -> Substring {
        let name = path.prefix { $0 != "." }
        let sections = try Checkout.text("docs/configuration.md").split(separator: "\n## ")
        return try #require(sections.first { $0.hasPrefix("`\(name)`") }, "\(path)")
    }
}
