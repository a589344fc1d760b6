import WeChat

extension Classification {
    /// The same for a call that used no token of Weir's: what WeChat says about tokens, accounts and quotas is then the caller's own
    /// affair and must not move a gate of Weir's.
    var concerningTheCallerAlone: Classification {
        switch outcome {
        case .tokenRejected, .account, .quotaExhausted, .throttled:
            var own = self
            own.outcome = .request
            own.scope = .message
            return own
        case .accepted, .transient, .recipient, .request, .unknown:
            return self
        }
    }

    /// Takes out the token that the call was made with, should WeChat's text repeat it: the text is stored and shown.
    mutating func cut(_ token: AccessToken) {
        guard let text = errmsg, text.utf8.count >= token.value.utf8.count, text.contains(token.value) else { return }
        errmsg = text.replacing(token.value, with: "")
    }

    /// A few words for a message's `reason`.
    var summary: String {
        let text = errmsg ?? outcome.rawValue
        return errcode.map { "\(text) (\($0))" } ?? text
    }
}
