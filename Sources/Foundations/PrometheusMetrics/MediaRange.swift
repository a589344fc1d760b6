/// A media range of an `Accept` header, as far as choosing a format needs it.
package struct MediaRange: Equatable, Sendable {
    /// The specificity of a range that takes anything.
    package static let anything = 0

    /// The least specificity of a range that names a type in full.
    package static let named = 2

    private var type: String
    private var version: String?
    let quality: Double

    /// The elements that can be read; others are left out.
    package static func list(_ header: String) -> [MediaRange] {
        WeightedElement.list(header).compactMap(MediaRange.init)
    }

    private init?(_ element: WeightedElement) {
        guard element.name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        type = element.name
        version = element.parameters["version"]
        quality = Double(element.weight) / 1000
    }

    /// How closely the range fits a type in lower case: 3 with its version, 2 by its type, 1 by half of it, 0 for anything; nil if it
    /// doesn't. A type without a version fits whatever version is asked for.
    func specificity(for offered: String, version offeredVersion: String? = nil) -> Int? {
        if type == offered {
            guard let version, let offeredVersion else { return Self.named }
            return version == offeredVersion ? Self.named + 1 : nil
        }
        if type == "*/*" { return Self.anything }
        return type.hasSuffix("/*") && offered.hasPrefix(type.dropLast()) ? Self.anything + 1 : nil
    }
}
