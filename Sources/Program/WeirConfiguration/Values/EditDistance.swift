/// How far apart two names are, to say which one was probably meant.
enum EditDistance {
    /// The nearest of `names`, the first of equals; `nil` if none is near enough to be a slip of the hand.
    static func suggestion(for name: String, among names: [String]) -> String? {
        let near = ranked(names, by: name).first { between(name, $0) <= max(2, $0.unicodeScalars.count / 3) }
        return near.flatMap { between(name, $0) < max(name.unicodeScalars.count, $0.unicodeScalars.count) ? $0 : nil }
    }

    /// `names`, the nearest first.
    static func ranked(_ names: [String], by name: String) -> [String] {
        names.enumerated()
            .map { (distance: between(name, $0.element), order: $0.offset, name: $0.element) }
            .sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
            .map(\.name)
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), of the first 64
    /// scalars.
    static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars.prefix(64))
        let right = Array(right.unicodeScalars.prefix(64))
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
