import Foundation
import Testing

/// What docs/logs.md says of each line, to hold a log against.
struct LogPage: Sendable {
    private static let always: Set<String> = ["time", "level", "logger", "message", "left_out"]

    private var lines: [String: (levels: Set<String>, keys: Set<String>)] = [:]
    private var numbers: Set<String> = []
    private var booleans: Set<String> = []

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/logs.md"), encoding: .utf8)
        for row in text.split(separator: "\n") where row.hasPrefix("| ") {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            if row.hasPrefix("| numbers |") {
                numbers = Set(LogPage.quoted(cells[2]))
            } else if row.hasPrefix("| `true` or") {
                booleans = Set(LogPage.quoted(cells[2]))
            } else if cells.count == 6, let name = LogPage.quoted(cells[1]).first {
                lines[name] = (Set(LogPage.quoted(cells[2])), Set(LogPage.quoted(cells[3])))
            }
        }
    }

    private static func quoted(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Holds that every line is on the page, with no key that stands twice or isn't there, and values of the kinds that the page tells.
    func expect(_ raw: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(!raw.isEmpty, sourceLocation: sourceLocation)
        // What `weir check` would warn of is said before there is a log.
        for line in raw where !line.hasSuffix(" (warning)") {
            let json = try #require(JSONAny(line), "\(line)", sourceLocation: sourceLocation)
            // A quote inside of a text has a backslash in front.
            let keys = line.matches(of: /[{,]"([a-z_]+)":/).map { String($0.output.1) }
            #expect(keys.count == Set(keys).count, "\(line)", sourceLocation: sourceLocation)
            let text = json["message"]?.string ?? ""
            let row = lines[text] ?? (text.hasPrefix("message ") ? lines["message …"] : nil)
            let told = try #require(row, "\(line)", sourceLocation: sourceLocation)
            #expect(told.levels.contains(json["level"]?.string ?? ""), "\(line)", sourceLocation: sourceLocation)
            #expect(
                Set(keys).subtracting(told.keys).subtracting(LogPage.always) == [],
                "\(line)",
                sourceLocation: sourceLocation
            )
            for key in keys {
                let value = try #require(json[key], "\(line)", sourceLocation: sourceLocation)
                #expect(isRight(value, key), "\(key) in \(line)", sourceLocation: sourceLocation)
            }
        }
    }

    private func isRight(_ value: JSONAny, _ key: String) -> Bool {
        if numbers.contains(key) { return value.double != nil }
        if booleans.contains(key) { return value.bool != nil }
        return value.string != nil
    }
}

extension WeirProcess {
    /// The log so far.
    var log: [JSONAny] { process.lines.compactMap { JSONAny($0) } }

    /// The lines so far that say `text`.
    func logged(_ text: String) -> [JSONAny] { log.filter { $0["message"]?.string == text } }

    /// Waits for a line that says `text`, and returns it.
    func line(_ text: String, where isWanted: (JSONAny) -> Bool = { _ in true }) async throws -> JSONAny {
        try await eventually("the log says: \(text)") { logged(text).first(where: isWanted) }
    }

    /// Holds the whole log against the page.
    func expectDocumentedLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try LogPage().expect(process.lines, sourceLocation: sourceLocation)
    }
}
