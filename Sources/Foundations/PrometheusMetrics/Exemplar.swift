/// One concrete case behind a number, such as the `rid` of a request that took long.
///
/// OpenMetrics alone can show it; the text format leaves it out. Its labels are rendered when it is made, so give one only
/// where there is something to point at. Never put secrets or personal identifiers in it: it leaves with every scrape.
public struct Exemplar: Equatable, Sendable {
    /// The most characters (Unicode scalars) that names and values may have together, set by OpenMetrics 1.0.
    public static let maximumCharacters = 128

    /// `{name="value",…}`.
    let labels: [UInt8]
    let unixMilliseconds: Int64?
    /// As they were given.
    let pairs: KeyValuePairs<String, String>

    /// Makes an exemplar with these labels, in this order.
    ///
    /// - Parameters:
    ///   - labels: Names and values; together at most ``maximumCharacters``.
    ///   - unixMilliseconds: When the case was seen, in milliseconds since 1970, if that is known.
    /// - Returns: `nil` if a name is no label name, occurs twice, or the labels are too long: the number counts without it.
    public init?(_ labels: KeyValuePairs<String, String>, unixMilliseconds: Int64? = nil) {
        var characters = 0
        var seen: Set<String> = []
        var rendered = [UInt8(ascii: "{")]
        for (name, value) in labels {
            characters += name.unicodeScalars.count + value.unicodeScalars.count
            guard characters <= Self.maximumCharacters, MetricDescriptor.isIdentifier(name), seen.insert(name).inserted
            else { return nil }
            if rendered.count > 1 { rendered.append(UInt8(ascii: ",")) }
            TextFormat.append(label: name, value: value, to: &rendered)
        }
        rendered.append(UInt8(ascii: "}"))
        self.labels = rendered
        pairs = labels
        self.unixMilliseconds = unixMilliseconds
    }

    public static func == (left: Exemplar, right: Exemplar) -> Bool {
        left.labels == right.labels && left.unixMilliseconds == right.unixMilliseconds
    }
}

/// The last exemplar of one number, with the number's own step.
struct ExemplarSlot: Sendable {
    var exemplar: Exemplar
    var value: Double
}
