import Resilience
import TestSupport
import Testing
import Weir
import WeirConfiguration

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
        // What is left open is said by OTEL_* variables, and else is as in the example.
        #expect(read.tracing.compression == .gzip && read.tracing.ratio == 0.01)
        (read.tracing.compression, read.tracing.ratio) = (nil, nil)
        #expect(read == minimal)
    }

    @Test func `what is commented out in the full example works`() throws {
        let configuration = try FullExample.everything()
        #expect(configuration.retry.classes["campaign"]?.maxAge == .seconds(12 * 3600))
        #expect(configuration.upstream.caFile == "corporate-ca.pem")
        #expect(configuration.alerts.sinks.count == 8)
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

    private let environment = FullExample.environment

    private func isInComment(_ text: String) -> Bool {
        text.split(separator: "\n", omittingEmptySubsequences: false).last?.contains("# ") == true
    }
}
