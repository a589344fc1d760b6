/// The names that a file gives to apps, clients and retry classes. They become parts of tokens, URLs and metric labels.
enum NameRule {
    static let words = "begins with a-z or 0-9 and has at most 32 of a-z, 0-9, _ and -"

    static func allows(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, scalars.count <= 32, isStart(first) else { return false }
        return scalars.allSatisfy { isStart($0) || $0 == "_" || $0 == "-" }
    }

    private static func isStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
    }
}
