/// The words that the rows of ``ErrorCodeTable`` are written in.
extension ErrorCodeEntry {
    static func busy(_ code: Int, _ meaning: String) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .transient, scope: .api, breaker: .failure)
    }

    static func token(_ code: Int, _ meaning: String) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .tokenRejected, scope: .app, breaker: .ignored)
    }

    /// Our credentials: the breaker doesn't count it.
    static func credentials(_ code: Int, _ meaning: String, proves: Bool = false) -> ErrorCodeEntry {
        ErrorCodeEntry(
            code: code,
            meaning: meaning,
            outcome: .account,
            scope: .app,
            breaker: .ignored,
            provesAccount: proves
        )
    }

    /// What the account may or may not do.
    static func account(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope = .api,
        proves: Bool = false
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .account, scope: scope, provesAccount: proves)
    }

    static func request(_ code: Int, _ meaning: String, _ scope: ErrorScope = .message) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .request, scope: scope)
    }

    static func recipient(_ code: Int, _ meaning: String, _ scope: ErrorScope = .recipient) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .recipient, scope: scope)
    }

    static func throttled(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope,
        _ wait: WaitHint,
        _ breaker: BreakerEffect = .success
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .throttled, scope: scope, breaker: breaker, wait: wait)
    }

    static func quota(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope,
        _ breaker: BreakerEffect = .success
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(
            code: code,
            meaning: meaning,
            outcome: .quotaExhausted,
            scope: scope,
            breaker: breaker,
            wait: .midnight
        )
    }
}
