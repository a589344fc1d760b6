import Weir

/// A query string's items, decoded.
struct QueryItems: Equatable, Sendable {
    private var items: [(name: String, value: String)] = []

    init(_ query: String?) {
        for item in (query ?? "").split(separator: "&", omittingEmptySubsequences: true) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            items.append((QueryItems.decode(parts[0]), parts.count == 2 ? QueryItems.decode(parts[1]) : ""))
        }
    }

    /// A plus sign is a space, as forms write it; what can't be decoded stays as it is.
    private static func decode(_ text: Substring) -> String {
        PercentEncoding.decode(text.replacing("+", with: " ")) ?? String(text)
    }

    subscript(_ name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    /// The first name that is not one of `known`.
    func unknownName(besides known: Set<String>) -> String? {
        items.first { !known.contains($0.name) }?.name
    }

    static func == (left: QueryItems, right: QueryItems) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }
}
