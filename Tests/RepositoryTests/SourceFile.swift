/// A text file of the checkout.
struct SourceFile: Sendable {
    var path: String
    var text: String

    var lines: [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The file's name without its folder and ending.
    var name: String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.split(separator: ".").first ?? "")
    }

    /// The line numbers that `isMatch` holds for, comments left out.
    func matches(_ isMatch: (Substring) -> Bool) -> [Int] {
        lines.enumerated().compactMap { index, line in
            let code = line.drop { $0 == " " }
            return !code.hasPrefix("//") && isMatch(line) ? index + 1 : nil
        }
    }

    /// Every function and initialiser with the number of lines from its first to its closing brace.
    func functions() -> [(line: Int, name: String, length: Int, parameters: Int)] {
        var found: [(line: Int, name: String, length: Int, parameters: Int)] = []
        let lines = lines
        for (index, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }
            let words = line.dropFirst(indent.count).prefix { $0 != "(" }.split(separator: " ")
            guard words.contains("func") || words.contains(where: { $0 == "init" || $0 == "init?" || $0 == "deinit" }),
                !line.hasPrefix("//"), !(words.first?.hasPrefix("//") ?? true)
            else { continue }
            let close = indent + "}"
            guard let end = lines[index...].firstIndex(where: { $0 == close || $0.hasPrefix(close + " ") }) else {
                continue
            }
            // A function without a body has its type's closing brace after it, at a smaller indent.
            let isOutside = { (line: Substring) in !line.isEmpty && line.prefix { $0 == " " }.count < indent.count }
            guard !lines[index...end].contains(where: isOutside) else { continue }
            let parameters = SourceFile.parameters(lines[index...end].joined(separator: " "))
            found.append((index + 1, words.joined(separator: " "), end - index + 1, parameters))
        }
        return found
    }

    /// How many parameters the first list in parentheses has.
    private static func parameters(_ text: String) -> Int {
        guard let start = text.firstIndex(of: "(") else { return 0 }
        var (depth, count) = (0, 0)
        for character in text[start...] {
            switch character {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case ":" where depth == 1: count += 1
            default: break
            }
            if depth == 0 { break }
        }
        return count
    }
}
