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
        let general = entry(code)
        switch api.kind {
        case .token:
            return byCodeOnToken[code] ?? general
        case .business:
            return api.group == .message || api.group == .mass ? byCodeOnMessages[code] ?? general : general
        case .sns:
            let isOurs = general.outcome == .account || general.outcome == .tokenRejected
            return isOurs ? .call(code, general.meaning, general.meaningInChinese) : general
        }
    }

    /// What `code` means where nothing is known of the call: as on one that takes the account's access token and sends no message.
    public static func entry(_ code: Int) -> ErrorCodeEntry {
        byCode[code] ?? .unknown(code)
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
        .credentials(40001, "wrong AppSecret", "AppSecret 不对", do: .setSecret),
        // The endpoint is Weir's own call: what would be a caller's mistake elsewhere is a configuration here.
        .credentials(43002, "the token endpoint wants POST", "获取凭证的接口要用 POST", do: .compareCredentials),
    ]

    /// What means something else where a message is sent.
    static let onMessages: [ErrorCodeEntry] = [
        .request(
            40013,
            "an appid inside the message is wrong or not linked",
            "消息里的 appid 不对，或没有关联到本账号",
            do: .linkMiniProgram
        )
    ]

    /// The system as a whole, its quotas and its speed limits.
    static let general: [ErrorCodeEntry] = [
        .busy(-1, "system busy", "系统繁忙"),
        .busy(-1000, "system error", "系统错误"),
        .taken(0, "ok", "成功"),
        .busy(61450, "customer-service system error", "客服系统错误"),
        .busy(9_001_002, "remote service unavailable", "远端服务不可用"),
        ErrorCodeEntry(
            code: 43108,
            meaning: "concurrent sends to the same user",
            chinese: "同时给同一用户发送多条",
            outcome: .transient,
            scope: .recipient,
            fault: .caller,
            advice: .sendRecipientLess
        ),
        .throttled(42010, "operating too fast", "操作过于频繁", .api, .seconds(60)),
        .throttled(44991, "content check: minute limit reached", "内容安全接口达到每分钟上限", .api, .nextMinute, .ignored),
        .throttled(45011, "minute quota reached", "达到每分钟调用上限", .api, .nextMinute, .ignored),
        .throttled(45066, "clientmsgid repeated too fast", "相同 clientmsgid 重试太快", .message, .seconds(60), do: .wait),
        // Its thresholds are not documented; minutes to hours were reported.
        .throttled(
            43117,
            "too many messages to this recipient",
            "给该用户发送的消息过多",
            .recipient,
            .seconds(3600),
            do: .sendRecipientLess
        ),
        .throttled(53501, "publishing too often", "发布过于频繁", .api, .seconds(60)),
        .quota(45009, "daily quota of this api used up", "该接口当日调用次数已用完", .api, .ignored, do: .clearQuota),
        .quota(45028, "no mass send left in this period", "本周期的群发次数已用完", .api, do: .waitForPeriod),
        .quota(43100, "industry changed too recently", "修改所属行业太频繁（每月一次）", .app, do: .waitForPeriod),
        .quota(48006, "clear_quota used up for the month", "本月清空调用次数的机会已用完", .app, do: .waitForPeriod),
        ErrorCodeEntry(
            code: 40241,
            meaning: "duplicate message within 60 seconds",
            chinese: "60 秒内重复的消息",
            outcome: .throttled,
            scope: .recipient,
            wait: .seconds(60),
            isDuplicateOnRepeat: true,
            fault: .caller,
            advice: .sendOnce
        ),
        .taken(45065, "clientmsgid already used", "相同 clientmsgid 的消息已经发送"),
    ]
}
