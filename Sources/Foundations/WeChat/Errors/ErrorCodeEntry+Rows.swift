/// The words that the rows of ``ErrorCodeTable`` are written in.
extension ErrorCodeEntry {
    /// WeChat has the message.
    static func taken(_ code: Int, _ meaning: String, _ chinese: String) -> ErrorCodeEntry {
        row(code, meaning, chinese, .accepted, .message, nil, .nothing)
    }

    static func busy(_ code: Int, _ meaning: String, _ chinese: String) -> ErrorCodeEntry {
        row(code, meaning, chinese, .transient, .api, .wechat, .wait).told(.failure)
    }

    static func token(_ code: Int, _ meaning: String, _ chinese: String) -> ErrorCodeEntry {
        row(code, meaning, chinese, .tokenRejected, .app, .account, .findRival).told(.ignored)
    }

    /// Our credentials: the breaker doesn't count it.
    static func credentials(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        do advice: ErrorAdvice,
        proves: Bool = false
    ) -> ErrorCodeEntry {
        var entry = row(code, meaning, chinese, .account, .app, .account, advice).told(.ignored)
        entry.provesAccount = proves
        return entry
    }

    /// What the account may or may not do.
    static func account(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope = .api,
        do advice: ErrorAdvice,
        proves: Bool = false
    ) -> ErrorCodeEntry {
        var entry = row(code, meaning, chinese, .account, scope, .account, advice)
        entry.provesAccount = proves
        return entry
    }

    /// What a message says.
    static func request(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope = .message,
        do advice: ErrorAdvice = .correctMessage
    ) -> ErrorCodeEntry {
        row(code, meaning, chinese, .request, scope, .message, advice)
    }

    /// How another call is made.
    static func call(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope = .message,
        do advice: ErrorAdvice = .correctCall
    ) -> ErrorCodeEntry {
        row(code, meaning, chinese, .request, scope, .caller, advice)
    }

    static func recipient(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope = .recipient,
        do advice: ErrorAdvice = .leaveRecipient
    ) -> ErrorCodeEntry {
        row(code, meaning, chinese, .recipient, scope, .recipient, advice)
    }

    static func throttled(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope,
        _ wait: WaitHint,
        _ breaker: BreakerEffect = .success,
        do advice: ErrorAdvice = .slowDown
    ) -> ErrorCodeEntry {
        var entry = row(code, meaning, chinese, .throttled, scope, .caller, advice).told(breaker)
        entry.wait = wait
        return entry
    }

    static func quota(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ scope: ErrorScope,
        _ breaker: BreakerEffect = .success,
        do advice: ErrorAdvice
    ) -> ErrorCodeEntry {
        var entry = row(code, meaning, chinese, .quotaExhausted, scope, .account, advice).told(breaker)
        entry.wait = .midnight
        return entry
    }

    /// What the table does not have. Whose doing it is, nobody knows.
    static func unknown(_ code: Int) -> ErrorCodeEntry {
        row(
            code,
            "unknown errcode: not in Weir's table",
            "未知的 errcode：不在 Weir 的表里",
            .request,
            .message,
            nil,
            .lookUp
        )
    }

    /// Weir's own to a caller of the relay. A message never draws it.
    static func own(_ code: Int) -> ErrorCodeEntry {
        row(
            code,
            "Weir's own answer to a relayed call, not WeChat's",
            "Weir 自己对转发调用的答复，不是微信的",
            .request,
            .message,
            .caller,
            .readErrmsg
        )
    }

    private static func row(
        _ code: Int,
        _ meaning: String,
        _ chinese: String,
        _ outcome: Outcome,
        _ scope: ErrorScope,
        _ fault: ErrorFault?,
        _ advice: ErrorAdvice
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(
            code: code,
            meaning: meaning,
            chinese: chinese,
            outcome: outcome,
            scope: scope,
            fault: fault,
            advice: advice
        )
    }

    private func told(_ breaker: BreakerEffect) -> ErrorCodeEntry {
        var entry = self
        entry.breaker = breaker
        return entry
    }
}
