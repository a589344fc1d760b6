/// A single value after its variables are in place.
struct Scalar {
    var text: String
    var field: Field
    /// Whether the file itself holds the text, so that a problem may show it.
    var isShowable: Bool

    /// The text in a problem's words, or a stand-in where it may be secret.
    var shown: String {
        guard isShowable, text.unicodeScalars.count <= 60 else { return "the value" }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? "`\(text)`" : "the value"
    }
}
