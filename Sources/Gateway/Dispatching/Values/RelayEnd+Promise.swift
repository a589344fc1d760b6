import WeChat
import WeirPorts

extension RelayEnd {
    /// Whether the caller gets WeChat's own word, whatever that is; `nil` where the caller itself, or a shutdown, is why not.
    func isKept(for call: RelayCall) -> Bool? {
        switch self {
        case .hungUp: nil
        case .overloaded: false
        case .attempted(let last): last.isWord(for: call)
        case .refused(let obstacle, let last):
            if let last, last.classification.outcome != .tokenRejected || last.isInDoubt(of: call) {
                last.isWord(for: call)
            } else {
                obstacle.reason == .draining || obstacle.reason == .noApp ? nil : false
            }
        }
    }
}

extension LastAttempt {
    /// What is safe twice needs no doubt.
    fileprivate func isInDoubt(of call: RelayCall) -> Bool { leavesDoubt && call.api.repeatability != .always }

    fileprivate func isWord(for call: RelayCall) -> Bool? {
        // The answer is longer than Weir relays.
        if classification.outcome == .unknown, failure?.kind == .tooLarge, !isInDoubt(of: call) { return nil }
        guard !isInDoubt(of: call) else { return false }
        switch classification.outcome {
        case .request where failure?.kind == .invalid: return nil
        case .accepted, .recipient, .request, .throttled, .quotaExhausted, .account: return true
        case .tokenRejected: return !call.usesToken && classification.isAnswer
        case .transient, .unknown: return false
        }
    }
}
