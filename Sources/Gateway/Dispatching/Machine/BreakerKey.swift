/// Names a breaker: one for each app, upstream host and group of apis, so that media trouble never stops messages.
package struct BreakerKey: Hashable, Sendable {
    /// Index of the app.
    package var app: Int
    package var host: String
    package var group: String

    /// As people know it: app, host and group, safe in a URL.
    func name(app: String) -> String {
        let host = host.drop { $0 != "/" }.drop { $0 == "/" }
        let safe = host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return "\(app)~\(String(safe))~\(group)"
    }
}
