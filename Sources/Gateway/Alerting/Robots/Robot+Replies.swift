package import WeChat
package import WeirPorts
import WireJSON

extension Robot {
    package func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String,
        isCallersShape: Bool
    ) -> Classification {
        classify(result)
    }

    /// What an attempt came to. The answer's text is kept without the robot's secrets, should it repeat them.
    func classify(_ result: Result<UpstreamReply, TransportFailure>) -> Classification {
        switch result {
        case .failure(let failure): ReplyClassifier().classify(failure: failure)
        case .success(let reply): classify(reply)
        }
    }

    private func classify(_ reply: UpstreamReply) -> Classification {
        if configuration.kind == .webhook { return Robot.webhook(status: reply.status) }
        let object = try? JSONObjectView(reply.body, rules: .lenient)
        let names: (code: String, text: String) =
            configuration.kind == .feishu ? ("code", "msg") : ("errcode", "errmsg")
        let code = object?.value(names.code)?.lenientInteger.flatMap { Int(exactly: $0) }
        switch reply.status {
        case 200..<300:
            guard let code else { return Robot.noAnswer }
            var result = classification(code, text: object?.string(names.text))
            if code == 0, let missed = object.flatMap(unreached) { result.errmsg = missed }
            return result
        case 400..<500:
            if let code, code != 0 { return classification(code, text: object?.string(names.text)) }
            return Robot.refusal(status: reply.status)
        case 300..<400, 502, 503:
            return Robot.notTaken(status: reply.status)
        default:
            return Robot.noAnswer
        }
    }

    /// An address of one's own says by its status alone whether it took the message. What it says besides is not kept: it may be
    /// anything.
    private static func webhook(status: Int) -> Classification {
        switch status {
        case 200..<300: return Classification(outcome: .accepted, breaker: .success, scope: .api)
        case 300..<400, 502, 503: return notTaken(status: status)
        // The address or its headers are wrong: an operator must act.
        case 401, 403, 404, 410:
            return Classification(outcome: .account, errmsg: "HTTP \(status)", breaker: .ignored, scope: .api)
        case 408, 425, 429: return refusal(status: status)
        case 400..<500: return Classification(outcome: .request, errmsg: "HTTP \(status)", breaker: .success)
        default: return noAnswer
        }
    }

    /// Something came that doesn't say whether the message was taken.
    private static let noAnswer = Classification(
        outcome: .unknown,
        errmsg: "no answer",
        breaker: .failure,
        isAnswer: false,
        scope: .api
    )

    /// A redirect, or a proxy that reached nobody behind it: nobody took the message. A 504 is none of these, as somebody behind the
    /// proxy may have it.
    private static func notTaken(status: Int) -> Classification {
        Classification(
            outcome: .transient,
            errmsg: "HTTP \(status)",
            breaker: .failure,
            scope: .api,
            isIntermediary: true
        )
    }

    /// A 4xx without an errcode, by the rule for all upstreams. A vendor's limit is by the minute.
    private static func refusal(status: Int) -> Classification {
        var refusal = Classification.refusal(status: status)
        if refusal.outcome == .throttled { refusal.wait = .nextMinute }
        return refusal
    }

    private func classification(_ code: Int, text: String?) -> Classification {
        let entry = meaning(of: code, text: text ?? "")
        let errmsg = text.map { String(cut($0).unicodeScalars.prefix(ReplyClassifier.longestText / 4)) }
        var classification = Classification(outcome: .request, errcode: code, errmsg: errmsg, breaker: .success)
        switch entry {
        case .taken: classification.outcome = .accepted
        case .busy: (classification.outcome, classification.breaker) = (.transient, .failure)
        case .tooFast(let wait):
            (classification.outcome, classification.breaker, classification.wait) = (.throttled, .ignored, wait)
        case .badToken: (classification.outcome, classification.breaker) = (.tokenRejected, .ignored)
        case .notOurs: (classification.outcome, classification.breaker) = (.account, .ignored)
        case nil: return classification
        }
        classification.scope = .api
        return classification
    }

    /// Without the robot's secrets, and without a request's address from its signed part on.
    private func cut(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for name in ["timestamp=", "sign="] {
            let found = bytes.firstRange(of: Array(name.utf8))
            if let found { bytes.removeSubrange(found.upperBound...) }
        }
        for secret in [configuration.key, configuration.secret ?? ""] {
            bytes = Redaction.cut(token: secret, from: bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What an errcode means; one that is not listed is an error of the message.
    private enum Meaning {
        case taken
        /// The vendor says that it took nothing and asks for a repeat.
        case busy
        case tooFast(WaitHint)
        /// Another token may do.
        case badToken
        /// The robot's key, signature, keyword or address list: an operator must act.
        case notOurs
    }

    private func meaning(of code: Int, text: String) -> Meaning? {
        switch configuration.kind {
        case .dingtalk: Robot.dingtalk[code]
        case .wecom, .webhook: Robot.wecom[code]
        case .wecomApp: Robot.wecomApp[code]
        // One code for a body that it can't read and for what comes too fast.
        case .feishu where code == 9499 && text.lowercased().contains("too many"): .tooFast(.nextMinute)
        case .feishu: Robot.feishu[code]
        }
    }

    private static let dingtalk: [Int: Meaning] = [
        0: .taken, -1: .busy,
        // Whoever sends more than 20 in a minute is refused for the next ten.
        130_101: .tooFast(.seconds(600)), 410_100: .tooFast(.seconds(600)), 90_030: .tooFast(.seconds(600)),
        // Keyword, signature or address doesn't match; no such token; the robot is off or gone.
        310_000: .notOurs, 300_001: .notOurs, 400_013: .notOurs, 400_101: .notOurs, 400_102: .notOurs,
        400_106: .notOurs,
    ]

    private static let wecom: [Int: Meaning] = [
        0: .taken, -1: .busy,
        45009: .tooFast(.nextMinute), 45033: .tooFast(.nextMinute),
        // No such key; not allowed.
        93000: .notOurs, 40001: .notOurs, 40014: .notOurs, 48002: .notOurs, 60020: .notOurs,
    ]

    private static let wecomApp: [Int: Meaning] = [
        0: .taken, -1: .busy,
        45009: .tooFast(.nextMinute), 45033: .tooFast(.nextMinute),
        // Asked for a token, it means the secret by 40001: no token then, whatever this says.
        40001: .badToken, 40014: .badToken, 42001: .badToken,
        // No such company or app; it may not be used, or not from this address.
        40013: .notOurs, 40056: .notOurs, 301_002: .notOurs, 48002: .notOurs, 60011: .notOurs, 60020: .notOurs,
        // Nobody of the sink's people may see the app: they stand in the configuration, and not in the message.
        81013: .notOurs,
    ]

    private static let feishu: [Int: Meaning] = [
        0: .taken, 2200: .busy,
        11232: .tooFast(.nextMinute),
        // No such robot; it is off; signature, address or keyword doesn't match.
        19001: .notOurs, 19007: .notOurs, 19021: .notOurs, 19022: .notOurs, 19024: .notOurs,
    ]
}
