import Foundation
import Testing

/// docs/logs.md tells of every line that the sources write, and of no other.
@Suite struct LogPageTests {
    /// A line of the page or the sources.
    private struct Line {
        var levels: Set<String>
        var keys: Set<String>
    }

    private static let names = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    // MARK: The page

    private func page() throws -> SourceFile {
        try #require(try Repository.files(in: "docs", endings: ["logs.md"]).first)
    }

    private func quoted(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// The rows of the tables of lines, by text.
    private func documented() throws -> [String: Line] {
        var lines: [String: Line] = [:]
        for row in try page().lines where row.hasPrefix("| `") {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 6, let text = quoted(cells[1]).first else { continue }
            #expect(lines[text] == nil, "\(text) stands twice")
            lines[text] = Line(levels: Set(quoted(cells[2])), keys: Set(quoted(cells[3])))
        }
        return lines
    }

    // MARK: The sources

    /// What a call writes: each with its level and text; `…` stands for what is put into it.
    private func written() throws -> [String: Set<String>] {
        let direct = /logger\.(\w+)\(\s*"((?:[^"\\]|\\.)*)"/
        let lazy = /lines\.log\(([^"]*?)"((?:[^"\\]|\\.)*)"(?: : "((?:[^"\\]|\\.)*)")?/
        var found: [String: Set<String>] = [:]
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            for match in file.text.matches(of: direct) where Self.names.contains(String(match.output.1)) {
                found[constant(match.output.2), default: []].insert(String(match.output.1))
            }
            for match in file.text.matches(of: lazy) {
                let levels = Self.names.filter { match.output.1.contains(".\($0)") }
                for text in [match.output.2, match.output.3 ?? ""] where !text.isEmpty {
                    found[constant(text), default: []].formUnion(levels)
                }
            }
        }
        return found
    }

    /// `\(…)` as `…`.
    private func constant(_ text: Substring) -> String {
        var (result, depth) = ("", 0)
        var rest = text
        while let character = rest.popFirst() {
            if character == "\\", rest.first == "(", depth == 0 {
                result += "…"
                depth = 1
                rest.removeFirst()
            } else if depth > 0 {
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// Every name that is given to something in a file that writes lines.
    private func keysOfSources() throws -> Set<String> {
        let key = /"([a-z_]+)": |\w*\["([a-z_]+)"\] =|line\.add\("([a-z_]+)"|\("([a-z_]+)", facts\./
        var keys: Set<String> = []
        for file in try Repository.files(in: "Sources", endings: [".swift"])
        where file.text.contains("metadata") && file.text.contains("import Logging") {
            for match in file.text.matches(of: key) {
                let names = [match.output.1, match.output.2, match.output.3, match.output.4]
                keys.formUnion(names.compactMap { $0 }.map(String.init))
            }
        }
        return keys
    }

    // MARK: Both

    @Test func `every line of the sources stands on the page, and every line of the page in the sources`() throws {
        let (page, sources) = (try documented(), try written())
        #expect(sources.count > 40)
        // Of the log's own writer, which writes it when there is no room for others.
        let own: Set<String> = ["log lines left out: nobody read them"]
        #expect(Set(sources.keys).subtracting(page.keys) == [])
        #expect(Set(page.keys).subtracting(sources.keys) == own)
    }

    @Test func `a line has the levels that the page tells`() throws {
        let page = try documented()
        for (text, levels) in try written() {
            // A level that is worked out stands there in words.
            guard let told = page[text]?.levels, !levels.isEmpty else { continue }
            #expect(levels.isSubset(of: told), "\(text): \(levels), \(told)")
        }
    }

    @Test func `the page and the sources have the same keys`() throws {
        let told = try documented().values.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
        let always: Set<String> = ["time", "level", "logger", "message"]
        let used = try keysOfSources()
        #expect(used.subtracting(told).subtracting(always) == [])
        #expect(told.subtracting(used) == [])
    }

    @Test func `what is said of a key's kind is said of one that a line has`() throws {
        let told = try documented().values.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
        let rows = try page().lines.filter { $0.hasPrefix("| numbers |") || $0.hasPrefix("| `true` or") }
        #expect(rows.count == 2)
        let kinds = rows.flatMap { quoted($0) }.filter { $0 != "true" && $0 != "false" }
        #expect(kinds.count == Set(kinds).count && Set(kinds).isSubset(of: told))
    }

    /// A text that is made from what comes in would be a family of lines for each of it.
    @Test func `the text of a line is a constant, but for the state that a message ends in`() throws {
        #expect(try written().keys.filter { $0.contains("…") } == ["message …"])
        let call = /logger\.(?:trace|debug|info|notice|warning|error|critical|log)\((?!\s*")/
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            #expect(file.text.matches(of: call).isEmpty, "\(file.path)")
        }
    }
}
