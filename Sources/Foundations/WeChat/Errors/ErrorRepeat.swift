/// Whose doing a refusal is: who can put it right. The raw values are part of the API.
public enum ErrorFault: String, CaseIterable, Sendable {
    /// What the message says.
    case message
    /// The recipient has left, refuses or has not agreed.
    case recipient
    /// The account: its credentials, what it may do, its quotas.
    case account
    /// Whoever made the call: its form, its speed.
    case caller
    /// WeChat itself.
    case wechat
}

/// Whether and when Weir sends a message again that drew an errcode.
public enum ErrorRepeat: Hashable, Sendable {
    /// WeChat has it.
    case notNeeded
    /// It would be refused again.
    case never
    /// By the message's retry class.
    case byClass
    /// This message alone, this many seconds later, by its class.
    case alone(seconds: Int)
    /// It and its api's other messages, this many seconds later.
    case lane(seconds: Int)
    /// It and its api's other messages, in the next clock minute.
    case nextMinute
    /// It and its api's other messages, after midnight in Shanghai.
    case midnight
    /// At once with another token, and later ever more seldom.
    case withToken
    /// A minute later, and then every five minutes, until somebody has acted.
    case untilActed

    /// Whether it is sent again at all.
    public var isRepeated: Bool { self != .never && self != .notNeeded }

    /// When, in a sentence.
    public func text(in language: WordLanguage) -> String {
        language == .english ? english : chinese
    }

    private var english: String {
        switch self {
        case .notNeeded: "Not needed: WeChat has it."
        case .never: "Never: it would be refused again."
        case .byClass: "By its retry class, the first time within seconds; a relayed call within its caller's time."
        case .alone(let seconds): "This message alone after \(seconds) s, by its retry class."
        case .lane(let seconds): "After \(seconds) s. The api's other messages wait as long; no attempt is used up."
        case .nextMinute: "In the next clock minute. The api's other messages wait as long; no attempt is used up."
        case .midnight: "After 00:00 in Shanghai. The api's other messages wait as long; no attempt is used up."
        case .withToken: "At once with another access_token; refused again, after 5 s, later every 5 minutes."
        case .untilActed:
            "After a minute, later every 5 minutes, until somebody has acted. Others wait as long; no attempt is used up."
        }
    }

    private var chinese: String {
        switch self {
        case .notNeeded: "不需要：微信已经收下。"
        case .never: "不重试：再发仍会被拒绝。"
        case .byClass: "按消息的重试等级重试，第一次在几秒之内；转发的调用在调用方给的时间之内。"
        case .alone(let seconds): "只有这条消息等 \(seconds) 秒，再按重试等级重试。"
        case .lane(let seconds): "\(seconds) 秒之后。该接口的其他消息一同等待，不占用重试次数。"
        case .nextMinute: "下一个整分钟。该接口的其他消息一同等待，不占用重试次数。"
        case .midnight: "上海时间零点之后。该接口的其他消息一同等待，不占用重试次数。"
        case .withToken: "立即换新的 access_token 再发；再被拒绝则等 5 秒，之后每 5 分钟一次。"
        case .untilActed: "一分钟之后，以后每 5 分钟一次，直到有人处理。其他消息一同等待，不占用重试次数。"
        }
    }
}

extension ErrorScope {
    /// The word that errcodes are explained with.
    public var word: String {
        switch self {
        case .message: "message"
        case .recipient: "openid"
        case .recipientTemplate: "openid+template"
        case .template: "template"
        case .api: "api"
        case .app: "app"
        }
    }
}

extension ErrorCodeEntry {
    /// Whether and when Weir sends a message again that drew the code.
    public var repetition: ErrorRepeat {
        let isWide = scope == .api || scope == .app
        switch outcome {
        case .accepted: return .notNeeded
        case .recipient, .request, .unknown: return .never
        case .transient: return .byClass
        case .tokenRejected: return .withToken
        case .account: return isWide ? .untilActed : .never
        case .quotaExhausted: return .midnight
        case .throttled:
            guard case .seconds(let seconds) = wait else { return .nextMinute }
            return isWide ? .lane(seconds: seconds) : .alone(seconds: seconds)
        }
    }

    /// What the code means.
    public func meaning(in language: WordLanguage) -> String {
        language == .english ? meaning : meaningInChinese
    }

    /// What to do about it: a sentence or two.
    public func advice(in language: WordLanguage) -> String { advice.text(in: language) }
}
