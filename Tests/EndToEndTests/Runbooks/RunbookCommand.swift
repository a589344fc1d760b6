import Foundation

/// A command that a runbook tells people to type.
struct RunbookCommand: Hashable, Sendable {
    /// The page's name and the section's, such as `messages#WeirDeadLetters`; `README` for the page of all.
    var section: String
    /// As it is typed, with words in capitals for what the reader knows.
    var line: String

    /// What `/v1/state` stands for in all pages, as the first row of README says.
    static let state = "curl -s 127.0.0.1:8081/v1/state | jq .data"

    /// The programs that runbooks use.
    private static let programs: Set<Substring> = [
        "weir", "curl", "promtool", "iostat", "dmesg", "du", "ls", "journalctl",
    ]
    /// A program that says something when it is run by its name alone.
    private static let alone: Set<String> = ["dmesg"]

    /// All commands of the runbooks in a folder below `docs`, in their order.
    static func all(in folder: String) throws -> [RunbookCommand] {
        let path = Binary.packageRoot + "/docs/" + folder
        let pages = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".md") }.sorted()
        return try pages.flatMap { page in
            commands(on: try String(contentsOfFile: path + "/" + page, encoding: .utf8), page: String(page.dropLast(3)))
        }
    }

    private static func commands(on text: String, page: String) -> [RunbookCommand] {
        let sections = ("\n" + text).components(separatedBy: "\n## ")
        return sections.enumerated().flatMap { index, section in
            let title = section.prefix { !$0.isNewline }
            let name = index == 0 ? page : "\(page)#\(title)"
            return lines(in: section).map { RunbookCommand(section: name, line: $0) }
        }
    }

    /// Lines of code blocks, and pieces of code in the text.
    private static func lines(in section: String) -> [String] {
        var found: [String] = []
        var text = ""
        var isBlock = false
        for line in section.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isBlock.toggle()
            } else if isBlock || line.hasPrefix("    ") {
                found += [line.trimmingCharacters(in: .whitespaces)].filter { !$0.isEmpty }
            } else {
                text += line + "\n"
            }
        }
        let pieces = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            // In a table a bar has a backslash in front.
            .map { $0.element.replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "\\|", with: "|") }
        return found + pieces.compactMap { $0 == "/v1/state" ? state : isCommand($0) ? $0 : nil }
    }

    private static func isCommand(_ piece: String) -> Bool {
        let words = piece.split(separator: " ")
        guard let program = words.first, words.count > 1 || alone.contains(piece) else { return false }
        return programs.contains(program)
    }

    /// Pieces of code that look like commands and can't be typed: half ones, and those of programs that this file doesn't know.
    static func halves(in folder: String) throws -> [String] {
        let path = Binary.packageRoot + "/docs/" + folder
        let pages = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".md") }.sorted()
        let methods: Set<Substring> = ["GET", "POST", "DELETE", "PUT"]
        return try pages.flatMap { page in
            let text = try String(contentsOfFile: path + "/" + page, encoding: .utf8)
            let pieces = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map(\.element)
            return pieces.filter { piece in
                let words = piece.split(separator: " ")
                guard let first = words.first, words.count > 1, !programs.contains(first) else { return false }
                return methods.contains(first) || isProgram(String(first))
            }.map { "\(page): \($0)" }
        }
    }

    private static func isProgram(_ name: String) -> Bool {
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else { return false }
        return ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }
}
