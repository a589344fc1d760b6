/// The label names of a family.
enum LabelNames: Equatable, Sendable {
    /// The names every child has, in this order; a child's key is its values.
    case fixed([String])

    /// Each child brings names of its own, as swift-metrics allows; a child's key is name, value, name, value ….
    case free

    /// The key of the child that takes what finds no room.
    var overflowKey: [String] {
        switch self {
        case .fixed(let names): names.map { _ in "other" }
        case .free: ["other", "other"]
        }
    }

    /// The pairs that a key stands for.
    func pairs(of key: [String]) -> [(name: String, value: String)] {
        switch self {
        case .fixed(let names):
            zip(names, key).map { ($0, $1) }
        case .free:
            stride(from: 0, to: key.count - 1, by: 2).map { (key[$0], key[$0 + 1]) }
        }
    }

    var isEmpty: Bool {
        self == .fixed([])
    }
}
