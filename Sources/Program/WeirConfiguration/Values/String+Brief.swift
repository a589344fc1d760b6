extension String {
    /// A name from the file as a problem may show it. It is cut at the first character that no name has, and where it
    /// is long, so that a secret that slipped into a key's place (`{key:SECRET}`, without a space) is not printed.
    var brief: String {
        let shown = unicodeScalars.prefix { $0.isAliasName || "./<".unicodeScalars.contains($0) }.prefix(40)
        return String(String.UnicodeScalarView(shown)) + (shown.count < unicodeScalars.count ? "…" : "")
    }
}
