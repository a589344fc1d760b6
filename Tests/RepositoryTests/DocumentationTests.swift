import Foundation
import Testing

/// The pages of the libraries, `Sources/*/*/*.docc`.
@Suite struct DocumentationTests {
    private static let compiled = ["examples/Shop", "examples/Rates", "Tests"]

    @Test func `the code on a page stands in an example or a test, which is compiled`() throws {
        let sources = try Self.compiled.flatMap { try Repository.files(in: $0, endings: [".swift"]) }.map(plain)
        var blocks = 0
        for page in try Repository.files(in: "Sources", endings: [".md"]) {
            for code in code(on: page) {
                #expect(sources.contains { $0.contains(code) }, "\(page.path):\n\(code)")
                blocks += 1
            }
        }
        #expect(blocks >= 5)
    }

    @Test func `every library has a page`() throws {
        let manifest = try String(contentsOf: Repository.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let libraries = manifest.split(separator: ".library(").dropFirst()
            .compactMap { $0.split(separator: "\"").dropFirst().first }
        #expect(libraries.contains("Weir") && libraries.count >= 10)
        let pages = try Repository.files(in: "Sources", endings: [".md"]).map(\.path)
        for library in libraries {
            let page = "/\(library)/\(library).docc/\(library).md"
            #expect(pages.contains { $0.hasSuffix(page) }, "\(library)")
        }
    }

    /// In docs/design.md, of a message and of a relayed call.
    @Test func `a walk passes files that exist, and as many as it says`() throws {
        let files = Set(try Repository.files(in: "Sources", endings: [".swift"]).map(\.name))
        let page = try #require(try Repository.files(in: "docs", endings: ["design.md"]).first)
        let walks = page.text.split(separator: "**File by file").dropFirst()
        #expect(walks.count == 2)
        for walk in walks {
            let table = walk.split(separator: "\n").drop { !$0.hasPrefix("| --") }.dropFirst()
            let rows = table.prefix { $0.hasPrefix("|") }
            let columns = rows.map { $0.split(separator: "|").map(quoted) }
            let passed = Set(columns.compactMap { $0.dropFirst().first }.joined())
            #expect(walk.contains("passes \(passed.count) files"))
            #expect(Set(columns.joined().joined()).subtracting(files) == [])
        }
    }

    private func quoted(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Without the spaces in front of the lines.
    private func plain(_ file: SourceFile) -> String {
        plain(file.lines)
    }

    private func plain(_ lines: some Sequence<Substring>) -> String {
        lines.map { $0.drop { $0 == " " } }.joined(separator: "\n")
    }

    private func code(on page: SourceFile) -> [String] {
        var blocks: [String] = []
        var lines = page.lines[...]
        while let start = lines.firstIndex(of: "```swift") {
            let rest = lines[(start + 1)...]
            let end = rest.firstIndex(of: "```") ?? rest.endIndex
            blocks.append(plain(rest[..<end]))
            lines = rest[end...].dropFirst()
        }
        return blocks
    }
}
