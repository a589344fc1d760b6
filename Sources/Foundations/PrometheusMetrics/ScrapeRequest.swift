/// What one scrape asks for; equal requests at the same time share an answer.
public struct ScrapeRequest: Hashable, Sendable {
    /// The exposition format.
    public var format: ExpositionFormat

    /// The families to show; empty for all.
    public var names: Set<String>

    /// The content coding of the answer, such as `gzip`; this library only compares it.
    public var coding: String

    /// A request for these families, or for all, in this format and coding.
    public init(format: ExpositionFormat, names: Set<String> = [], coding: String = "identity") {
        self.format = format
        self.names = names
        self.coding = coding
    }
}
