/// What WeChat's errcodes mean, as data.
///
/// The meanings come from the official pages and from the tables of widely used SDKs; the columns are Weir's judgement.
/// A code that is not here is a permanent error of the request: it is not repeated, and the upstream is not blamed for
/// it.
public enum ErrorCodeTable {
    /// Every code that is known, as on a call that takes the account's access token.
    public static let all: [ErrorCodeEntry] = general + credentials + sending + content + management

    private static let byCode = index(all)
    private static let byCodeOnToken = index(onToken)
    private static let byCodeOnMessages = index(onMessages)

    /// What `code` means in an answer of `api`.
    ///
    /// On `/sns/**` the credentials are the caller's or a user's: there no code is an account's or its token's, lest
    /// one caller's mistake stop the account for all.
    public static func entry(_ code: Int, on api: APIDescriptor) -> ErrorCodeEntry {
        let general = byCode[code] ?? .request(code, "unknown errcode")
        switch api.kind {
        case .token:
            return byCodeOnToken[code] ?? general
        case .business:
            return api.group == .message || api.group == .mass ? byCodeOnMessages[code] ?? general : general
        case .sns:
            let isOurs = general.outcome == .account || general.outcome == .tokenRejected
            return isOurs ? .request(code, general.meaning) : general
        }
    }

    /// Whether the table has a row for `code`.
    public static func isKnown(_ code: Int) -> Bool {
        byCode[code] != nil
    }

    private static func index(_ rows: [ErrorCodeEntry]) -> [Int: ErrorCodeEntry] {
        Dictionary(rows.map { ($0.code, $0) }) { first, _ in first }
    }

    /// What means something else where the token itself is asked for.
    static let onToken: [ErrorCodeEntry] = [
        .credentials(40001, "wrong AppSecret"),
        // The endpoint is Weir's own call: what would be a caller's mistake elsewhere is a configuration here.
        .credentials(43002, "the token endpoint wants POST"),
    ]

    /// What means something else where a message is sent.
    static let onMessages: [ErrorCodeEntry] = [
        .request(40013, "an appid inside the message is wrong or not linked")
    ]

    /// The system as a whole, its quotas and its speed limits.
    static let general: [ErrorCodeEntry] = [
        .busy(-1, "system busy"),
        .busy(-1000, "system error"),
        ErrorCodeEntry(code: 0, meaning: "ok", outcome: .accepted, scope: .message),
        .busy(61450, "customer-service system error"),
        .busy(9_001_002, "remote service unavailable"),
        ErrorCodeEntry(
            code: 43108,
            meaning: "concurrent sends to the same user",
            outcome: .transient,
            scope: .recipient
        ),
        .throttled(42010, "operating too fast", .api, .seconds(60)),
        .throttled(44991, "content check: minute limit reached", .api, .nextMinute, .ignored),
        .throttled(45011, "minute quota reached", .api, .nextMinute, .ignored),
        .throttled(45066, "clientmsgid repeated too fast", .message, .seconds(60)),
        // Its thresholds are not documented; minutes to hours were reported.
        .throttled(43117, "too many messages to this recipient", .recipient, .seconds(3600)),
        .throttled(53501, "publishing too often", .api, .seconds(60)),
        .quota(45009, "daily quota of this api used up", .api, .ignored),
        .quota(45028, "no mass send left in this period", .api),
        .quota(43100, "industry changed too recently", .app),
        .quota(48006, "clear_quota used up for the month", .app),
        ErrorCodeEntry(
            code: 40241,
            meaning: "duplicate message within 60 seconds",
            outcome: .throttled,
            scope: .recipient,
            wait: .seconds(60),
            isDuplicateOnRepeat: true
        ),
        ErrorCodeEntry(code: 45065, meaning: "clientmsgid already used", outcome: .accepted, scope: .message),
    ]
}
