import WireJSON

/// What the member that a `msgtype` names has to hold. Types that are not listed pass: WeChat may know more of them.
struct MessageBranch: Sendable {
    var required: [(name: String, kind: JSONKind)]

    private init(_ required: (String, JSONKind)...) {
        self.required = required.map { (name: $0.0, kind: $0.1) }
    }

    /// Customer-service messages.
    static let custom: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string)),
        "image": MessageBranch(("media_id", .string)),
        "voice": MessageBranch(("media_id", .string)),
        "video": MessageBranch(("media_id", .string)),
        "music": MessageBranch(("musicurl", .string)),
        "news": MessageBranch(("articles", .array)),
        "mpnews": MessageBranch(("media_id", .string)),
        "mpnewsarticle": MessageBranch(("article_id", .string)),
        "msgmenu": MessageBranch(("list", .array)),
        "wxcard": MessageBranch(("card_id", .string)),
        "link": MessageBranch(("url", .string)),
        "miniprogrampage": MessageBranch(("pagepath", .string)),
    ]

    /// Group robots' messages.
    static let robot: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string))
    ]

    /// Mass messages.
    static let mass: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string)),
        "mpnews": MessageBranch(("media_id", .string)),
        "voice": MessageBranch(("media_id", .string)),
        "images": MessageBranch(("media_ids", .array)),
        "mpvideo": MessageBranch(("media_id", .string)),
        "wxcard": MessageBranch(("card_id", .string)),
    ]
}
