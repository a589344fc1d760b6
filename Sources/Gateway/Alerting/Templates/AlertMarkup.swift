/// How a text is written so that its reader's messenger shows it as it is meant.
///
/// No messenger documents a way to escape: what would be markup in a value becomes the wide form of the same character, which is
/// shown and never understood. So a label can bring neither links nor mentions nor an open `**`.
enum AlertMarkup: Equatable, Sendable {
    case plain
    case markdown(lineBreak: String)

    /// DingTalk asks for two spaces on both sides of a line's end.
    static let dingtalk = AlertMarkup.markdown(lineBreak: "  \n  ")
    /// What WeCom and Feishu understand as a line's end.
    static let simple = AlertMarkup.markdown(lineBreak: "\n")

    /// Between two lines.
    var lineBreak: String {
        switch self {
        case .plain: "\n"
        case .markdown(let lineBreak): lineBreak
        }
    }

    /// A value as it is to be seen.
    func shown(_ text: String) -> String {
        guard self != .plain, text.unicodeScalars.contains(where: { AlertMarkup.wide[$0] != nil }) else { return text }
        var shown = String.UnicodeScalarView()
        var isAfterTilde = false
        for scalar in text.unicodeScalars {
            // One alone separates the parts of a breaker's name; two begin what is struck out.
            let isMarkup = scalar != "~" || isAfterTilde
            isAfterTilde = scalar == "~"
            shown.append(isMarkup ? AlertMarkup.wide[scalar] ?? scalar : scalar)
        }
        return String(shown)
    }

    /// A text with the line ends that its reader understands; those of the list have them already.
    func broken(_ text: String) -> String {
        guard lineBreak != "\n" else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingPrefix("  ") }
            .map { $0.hasSuffix("  ") ? $0.dropLast(2) : $0 }
            .joined(separator: lineBreak)
    }

    /// An address under a word; nil where it is none.
    func link(_ word: String, _ address: String) -> String? {
        guard let link = AlertText.link(address) else { return nil }
        guard self != .plain else { return "\(word): \(link)" }
        return "[\(word)](\(AlertMarkup.inParentheses(link)))"
    }

    /// A link's address without what would end it, or be markup elsewhere.
    static func inParentheses(_ link: String) -> String {
        [("(", "%28"), (")", "%29"), ("[", "%5B"), ("]", "%5D"), ("*", "%2A")]
            .reduce(link) { $0.replacing($1.0, with: $1.1) }
    }

    private static let wide: [Unicode.Scalar: Unicode.Scalar] = [
        "<": "\u{FF1C}", ">": "\u{FF1E}", "*": "\u{FF0A}", "`": "\u{FF40}", "[": "\u{FF3B}", "]": "\u{FF3D}",
        "~": "\u{FF5E}",
    ]
}
