extension Classification {
    /// What a 4xx without an errcode says. It is one rule for messages, relayed calls, robots and the token.
    ///
    /// WeChat puts a code into every refusal. Without one it is a proxy or a firewall between that speaks: it refused the
    /// request, so that nothing was taken, and the trouble is the upstream's.
    ///
    /// - Parameters:
    ///   - status: 400...499.
    ///   - isCallersShape: Whether a caller chose the method, the path and the body. Then a status that can be about these
    ///     is the caller's affair.
    /// - Returns: `HTTP` and the status stand in the place of WeChat's text.
    public static func refusal(status: Int, isCallersShape: Bool = false) -> Classification {
        var refusal = verdict(status, isCallersShape: isCallersShape)
        refusal.errmsg = "HTTP \(status)"
        return refusal
    }

    private static func verdict(_ status: Int, isCallersShape: Bool) -> Classification {
        switch status {
        case 429:
            Classification(outcome: .throttled, breaker: .ignored, scope: .api, wait: .seconds(1))
        // WeChat answers 412 when a body came without Content-Length: Weir's own mistake.
        case 412:
            callersAffair
        case _ where isCallersShape && !isAboutTheWay(status):
            callersAffair
        default:
            Classification(outcome: .transient, breaker: .failure, scope: .api, isIntermediary: true)
        }
    }

    /// A refusal that is about the one request, and says nothing about the upstream.
    static let callersAffair = Classification(outcome: .request, breaker: .ignored)

    /// Whether a 4xx speaks about who may pass and how the connection is used, whatever the request looks like. Every other
    /// one, an unknown one too, can be about the request's form (RFC 9110, 15: an unknown 4xx counts as 400).
    private static func isAboutTheWay(_ status: Int) -> Bool {
        switch status {
        case 401, 403, 407, 408, 421, 425, 426, 451: true
        default: false
        }
    }
}
