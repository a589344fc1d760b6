/// HTTP methods as a bounded metric label.
enum KnownMethod {
    private static let known: Set<String> = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]

    static func label(_ method: String) -> String {
        known.contains(method) ? method : "other"
    }
}
