/// `Prefer: wait=N` (RFC 7240): how long a caller would like to wait for its message's end.
enum WaitPreference {
    /// The header that says that it was heeded.
    static let applied = "Preference-Applied"
    /// The longest wait in seconds; who asks for more gets this.
    static let longest = 60

    /// The seconds to wait. A preference never fails a request: one that can't be read is as good as none.
    ///
    /// - Parameter preferences: the elements of all `Prefer` lines. Of several waits the first counts.
    static func seconds(_ preferences: [String]) -> Int? {
        for preference in preferences {
            // Parameters of a preference follow a semicolon; `wait` has none.
            let wait = preference.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
            let pair = wait.split(separator: "=", maxSplits: 1).map(trimmed)
            guard pair.count == 2, pair[0].lowercased() == "wait" else { continue }
            let digits = unquoted(pair[1])
            guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { continue }
            // More digits than an Int holds are more than the longest, too.
            return min(Int(digits) ?? longest, longest)
        }
        return nil
    }

    /// The preference to be shown the message as it waits, with its place.
    static let representation = "return=representation"

    /// Whether a caller would like to see what was accepted as it waits now.
    static func wantsRepresentation(_ preferences: [String]) -> Bool {
        preferences.contains { preference in
            let value = preference.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
            let pair = value.split(separator: "=", maxSplits: 1).map(trimmed)
            return pair.count == 2 && pair[0].lowercased() == "return" && unquoted(pair[1]) == "representation"
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> Substring {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? text.dropFirst().dropLast() : text
    }
}
