extension SandboxMachine {
    /// The calls that are made with the app's secret.
    mutating func answerWithoutToken(
        _ call: APICall,
        _ rule: APIRule,
        _ record: inout RequestRecord,
        at now: Int64
    ) -> APIReply {
        let isStable = rule.operation == .stableToken
        if isStable, call.json?.members == nil { return failure(47001, "data format error", at: now) }
        func parameter(_ name: String) -> String? {
            isStable ? call.json?[name]?.text.flatMap { $0.isEmpty ? nil : $0 } : call.parameter(name)
        }
        guard let appID = parameter("appid") else { return failure(41002, "appid missing", at: now) }
        record.appID = appID
        guard let secret = parameter("secret") else { return failure(41004, "appsecret missing", at: now) }
        let grant =
            switch rule.operation {
            case .token, .stableToken: "client_credential"
            default: "authorization_code"
            }
        guard parameter("grant_type") == grant else { return failure(40002, "invalid grant_type", at: now) }
        if let known = rules.apps[appID] {
            guard known == secret else {
                return rule.operation == .token
                    ? failure(40001, "invalid credential, access_token is invalid or not latest", at: now)
                    : failure(40125, "invalid appsecret", at: now)
            }
        } else if !rules.acceptsAnyApp {
            return failure(40013, "invalid appid", at: now)
        }
        if let refusal = count(call, rule, appID, at: now) { return refusal }
        switch rule.operation {
        case .token:
            let value = tokens.issueNormal(appID, rules: rules, at: now, using: &generator)
            return tokenReply(value, at: now)
        case .stableToken:
            let forced = call.json?["force_refresh"]?.int == 1
            let value = tokens.issueStable(appID, forced: forced, rules: rules, at: now, using: &generator)
            guard let value else { return failure(45009, "reach max api daily quota limit", at: now) }
            return tokenReply(value, at: now)
        default:
            return session(call, rule.operation, at: now)
        }
    }

    private func tokenReply(_ value: String, at now: Int64) -> APIReply {
        .text("{\"access_token\":\"\(value)\",\"expires_in\":\(tokens.remainingSeconds(of: value, at: now))}")
    }

    /// `/sns/` answers JSON that calls itself text.
    private mutating func session(_ call: APICall, _ operation: APIRule.Operation, at now: Int64) -> APIReply {
        let isMini = operation == .codeToSession
        guard let code = call.parameter(isMini ? "js_code" : "code") else {
            return failure(41008, "code missing", at: now)
        }
        if code.hasPrefix("bad") { return failure(40029, "invalid code", at: now) }
        let key = JSON.hex(generator.next(), digits: 16)
        let openID = JSON.quoted("o-" + code)
        var reply = APIReply.text(
            isMini
                ? "{\"session_key\":\"\(key)\",\"openid\":\(openID)}"
                : """
                {"access_token":"97_user_\(key)","expires_in":7200,"refresh_token":"97_refresh_\(key)",\
                "openid":\(openID),"scope":"snsapi_base"}
                """
        )
        reply.contentType = "text/plain"
        return reply
    }
}
