/// A language that errcodes are explained in. The raw values are those of RFC 5646.
public enum WordLanguage: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Simplified Chinese.
    case chinese = "zh"
}
