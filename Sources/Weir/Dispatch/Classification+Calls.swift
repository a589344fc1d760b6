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

    /// A few words for a message's `reason`.
    var summary: String {
        let text = errmsg ?? outcome.rawValue
        return errcode.map { "\(text) (\($0))" } ?? text
    }
}
