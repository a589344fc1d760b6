import HTTPServing

extension IncomingRequest {
    /// Whether a program on this machine made the request itself: the one rule for whom both listeners trust without a key.
    ///
    /// Not a proxy for somebody else, and not a page in a browser: that names its origin or says that it is cross-site, and one that
    /// had its own name rebound to 127.0.0.1 asks for that name.
    var isDirect: Bool {
        guard isLoopback, let host, LoopbackHost.isLoopback(host) else { return false }
        return headerPairs.allSatisfy { field in
            switch field.name.lowercased() {
            case "host": LoopbackHost.isLoopback(field.value)
            case "sec-fetch-site": field.value == "none" || field.value == "same-origin"
            case "forwarded", "origin": false
            case let name: !name.hasPrefix("x-forwarded-")
            }
        }
    }
}
