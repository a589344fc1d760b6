/// An explanation as lines that fit on one screen, for the API's text and the command line alike.
public enum ExplanationScreen {
    /// A step in one line.
    public struct Line: Sendable {
        var text: String
        var isAttempt: Bool
        var omitted: Int

        /// - Parameters:
        ///   - kind: one of ``ExplanationStep/Kind``'s raw values.
        ///   - omitted: attempts that are only counted there.
        public init(_ text: String, kind: String, omitted: Int = 0) {
            self.text = text
            let kind = ExplanationStep.Kind(rawValue: kind)
            isAttempt = kind == .attempt || kind == .interrupted
            self.omitted = min(max(0, omitted), 1 << 40)
        }
    }

    /// Attempts that are told one by one before and after those that are only counted.
    static let firstShown = 3
    static let lastShown = 5

    /// All of the lines, or of more than 16 attempts the first and the last and how many there are between.
    public static func lines(_ lines: [Line]) -> [String] {
        let attempts = lines.indices.filter { lines[$0].isAttempt }
        guard attempts.count > 2 * (firstShown + lastShown) else { return lines.map(\.text) }
        let omitted = lines.reduce(0) { max($0, $1.omitted) }
        let left = ExplanationWords.attempts(attempts.count - firstShown - lastShown + omitted)
        let (begin, end) = (attempts[firstShown], attempts[attempts.count - lastShown])
        return lines[..<begin].map(\.text) + ["… \(left) between …"] + lines[end...].map(\.text)
    }
}
