import HTTPServing

extension IncomingRequest {
    /// Whether a program on this machine made the request itself: not a proxy for somebody else, and not a page in a browser, which
    /// names its origin.
    var isDirect: Bool {
        guard isLoopback else { return false }
        return !headerPairs.contains { field in
            let name = field.name.lowercased()
            return name == "forwarded" || name.hasPrefix("x-forwarded-") || name == "origin"
        }
    }
}
