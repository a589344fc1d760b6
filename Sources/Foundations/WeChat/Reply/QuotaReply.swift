import WireJSON

/// The success answer of `/cgi-bin/openapi/quota/get`: how often a path may be called a day, and how often it was.
public struct QuotaReply: Equatable, Sendable {
    /// Calls that the day has.
    public var limit: Int
    /// Calls of the day so far, off by 1 % at most.
    public var used: Int

    /// Reads an answer; nil unless it holds both numbers.
    public init?(_ body: [UInt8]) {
        guard let quota = (try? JSONObjectView(body, rules: .lenient))?.object("quota"),
            let limit = quota.integer("daily_limit"), let used = quota.integer("used"), limit >= 0, used >= 0
        else { return nil }
        self.limit = Int(clamping: limit)
        self.used = Int(clamping: used)
    }

    /// What is sent to ask about a path.
    public static func question(path: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { $0.member("cgi_path", path) }
        return json.bytes
    }

    /// WeChat counts no calls of the path (76021, 76022), or not of paths that look like it (76003).
    public static let unknownPaths: Set<Int> = [76_003, 76_021, 76_022]
}
