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
    func functions() -> [(line: Int, name: String, length: Int)] {
        var found: [(line: Int, name: String, length: Int)] = []
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
            guard
                lines[index...end].contains(where: {
                    $0.hasSuffix("{") && $0.prefix { $0 == " " }.count <= indent.count + 8
                })
            else { continue }
            found.append((index + 1, words.joined(separator: " "), end - index + 1))
        }
        return found
    }
}
