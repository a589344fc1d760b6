import PrometheusMetrics

/// The content codings that an answer can be sent in.
enum ContentCoding: String {
    /// As it is.
    case identity

    /// As Gzip makes it.
    case gzip

    /// Picks the coding that an `Accept-Encoding` header prefers (RFC 9110, 12.5.3).
    ///
    /// gzip must be named, or be covered by `*`, with a weight above 0 and not below that of `identity`. Everything
    /// else, a missing header and one that refuses both included, gets `identity`: better a body than none.
    static func negotiate(acceptEncoding: String?) -> ContentCoding {
        var weights: [String: Int] = [:]
        for element in WeightedElement.list(acceptEncoding ?? "") {
            weights[element.name] = max(weights[element.name] ?? 0, element.weight)
        }
        let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
        let identity = weights["identity"] ?? 0
        return gzip > 0 && gzip >= identity ? .gzip : .identity
    }
}
